import type { Wording } from "./wording.ts";

const NUMBERS = [
  "",
  "",
  "dos",
  "tres",
  "cuatro",
  "cinco",
  "seis",
  "siete",
  "ocho",
  "nueve",
  "diez",
];

function count(segments: number): string {
  return NUMBERS[segments] ?? String(segments);
}

export const es: Wording = {
  title: {
    positive: "Certificado de entrega de un SMS",
    negative: "Certificado de no entrega de un SMS",
    corrective: "Certificado rectificativo: SMS entregado",
  },
  subtitle:
    "Servicio de entrega electrónica certificada · Reglamento (UE) 910/2014 (eIDAS), artículo 43.1",
  test: "PRUEBA – sin validez",
  testLong: "Documento emitido en un entorno de prueba. No tiene validez ni produce efecto alguno.",
  outcome: { positive: "ENTREGADO", negative: "NO ENTREGADO", corrective: "ENTREGADO" },
  outcomeLine: {
    delivered: ({ msisdn, at }) =>
      `en el dispositivo del número ${msisdn}, según el operador, el ${at}`,
    corrective: ({ msisdn, at, deliveredAt }) =>
      `en el dispositivo del número ${msisdn}, el ${deliveredAt} según el operador; el aviso llegó el ${at}`,
    notDelivered: ({ msisdn, from, to }) => `al número ${msisdn}, del ${from} al ${to}`,
  },
  certifies: ({ issuer, nif }) =>
    `${issuer}, con NIF ${nif}, como tercero de confianza distinto de la entidad remitente y del operador de telefonía móvil, CERTIFICA:`,
  statement: {
    accepted: ({ at, entity, nif, username, msisdn, section }) =>
      `Que el ${at} aceptó el encargo de la entidad remitente (${entity}, NIF ${nif}; usuario «${username}») de transmitir al número ${msisdn} el SMS que el apartado ${section} transcribe íntegramente.`,
    relayed: ({ operator, segments, at }) =>
      `Que transmitió el SMS, en ${segments === 1 ? "un solo segmento" : `${count(segments)} segmentos`}, a la red del operador (${operator}), que confirmó su aceptación el ${at}.`,
    notRelayed: ({ operator, segments }) =>
      `Que no consta que la red del operador (${operator}) aceptara ${segments === 1 ? "el SMS" : `los ${count(segments)} segmentos del SMS`}.`,
    delivered: ({ operator, segments, at }) =>
      `Que el operador (${operator}) informó de la entrega ${segments === 1 ? "del SMS" : `de los ${count(segments)} segmentos del SMS`} en el dispositivo del destinatario; el aviso que completa la entrega llegó a este servicio el ${at}.`,
    notDelivered: ({ from, to, waited, reason }) =>
      `Que, acabados el plazo, del ${from} al ${to}, y el margen para los avisos en camino, hasta el ${waited}, no consta la entrega del SMS: ${reason}`,
    corrective: ({ csv, at, deliveredAt, dates }) =>
      `Que este certificado rectifica el de no entrega${at === undefined ? "" : ` emitido el ${at}`} con CSV ${csv}, que se conserva: el aviso del operador llegó acabado el plazo, con una fecha de entrega de dentro, el ${deliveredAt}. Que fuera dentro del plazo se basa en esa fecha, que es la que da el operador (${dates}).`,
    decided: ({ as, at, by, reason }) =>
      `Que los avisos del operador se contradicen, y que el ${at} ${by} resolvió que ${as === "delivered" ? "consta" : "no consta"} la entrega, por el motivo siguiente: «${reason}»`,
  },
  section: {
    document: "Datos del certificado",
    sender: "Entidad remitente",
    recipient: "Destinatario",
    content: "Contenido del SMS",
    timeline: "Cronología",
    segments: "Segmentos",
    scope: "Alcance del certificado",
    evidence: "Evidencias e integridad",
  },
  label: {
    messageId: "Mensaje",
    csv: "CSV",
    issuedAt: "Emitido",
    retainUntil: "Conservado hasta",
    corrects: "Rectifica el CSV",
    entity: "Entidad",
    nif: "NIF",
    user: "Usuario",
    officer: "Funcionario",
    clientReference: "Referencia",
    fileNumber: "Expediente",
    purpose: "Finalidad",
    consent: "Consentimiento",
    costCentre: "Centro de coste",
    senderShown: "Remitente",
    senderDefault: "el que asigna el operador",
    number: "Número de móvil",
    name: "Nombre",
    legalId: "Documento",
    operator: "Operador",
    textSha256: "SHA-256 del texto (UTF-8)",
    event: "Hecho",
    ourTime: "Este servicio (Madrid)",
    ourTimeUtc: "Este servicio (UTC)",
    operatorTime: "Operador, tal como la da",
    operatorCode: "código del operador",
    segment: "Núm.",
    smscMessageId: "Id. del operador",
    state: "Estado",
    code: "Código",
    payloadSha256: "SHA-256 de los bytes transmitidos",
    chainHead: "SHA-256 de la cadena de evidencias",
    evidenceSha256: "SHA-256 de evidencia.json (adjunto)",
    seal: "Sello, plantilla y política",
  },
  counts: {
    size: ({ characters, bytes, segments }) =>
      `${characters} ${characters === 1 ? "carácter" : "caracteres"} · ${bytes} bytes · ${segments} SMS`,
  },
  declared: "declarado, no verificado",
  channel: { soap: "servicio web", pica: "plataforma PICA", portal: "portal web" },
  consent: {
    Si: "el destinatario consiente",
    Ley: "lo ampara una ley",
    NoOpo: "el destinatario no se ha opuesto",
  },
  event: {
    accepted: "Se acepta el encargo",
    scheduled: "Hora programada para la transmisión",
    attempt: (number) => `Transmisión al operador, intento ${number}`,
    deferred: "El operador lo aplaza; se volverá a intentar",
    resend:
      "Una persona ordena volver a enviarlo: el destinatario puede haberlo recibido dos veces",
    relayed: (segments) =>
      segments === 1
        ? "El operador acepta el SMS"
        : `El operador acepta los ${count(segments)} segmentos`,
    refused: "El operador rechaza el SMS",
    unconfirmed: "Se pierde la conexión sin que el operador confirme la aceptación",
    receipt: (segment, state) => `Aviso del operador, segmento ${segment}: ${state}`,
    doubtful: "aviso contradictorio, no se tiene en cuenta",
    delivered: "Se completa la entrega",
    deadline: "Acaba el plazo de entrega",
    undelivered: "Acaba el margen para los avisos en camino; no consta la entrega",
    late: "Llega, acabado el plazo, el aviso que completa la entrega",
    lateVerdict: {
      withinPeriod: "fecha del operador, dentro del plazo",
      outsidePeriod: "fecha del operador, fuera del plazo: no rectifica nada",
      noDoneDate: "sin una fecha del operador que se pueda leer: no rectifica nada",
    },
    decided: {
      delivered: "Una persona resuelve la contradicción: consta la entrega",
      notDelivered: "Una persona resuelve la contradicción: no consta la entrega",
    },
    issued: "Se emite este certificado",
    issuedBefore: (title) => `Se emite: ${title}`,
    mailed: "El servidor de correo recibe el certificado para el buzón autorizado",
    stamped: "Sello de tiempo (RFC 3161)",
    inSeal: "en el sello del documento",
  },
  state: {
    ENROUTE: "en tránsito",
    DELIVERED: "entregado",
    EXPIRED: "caducado",
    DELETED: "borrado",
    UNDELIVERABLE: "no entregable",
    ACCEPTED: "aceptado",
    UNKNOWN: "desconocido",
    REJECTED: "rechazado",
    UNRECOGNISED: "estado no reconocido",
  },
  noState: "sin aviso",
  reason: {
    expired: "el operador informó de que caducó el tiempo de que disponía para entregarlo.",
    deleted: "el operador informó de que se borró antes de entregarlo.",
    undeliverable: "el operador informó de que no se podía entregar.",
    rejected: "el operador informó de que lo rechazó después de aceptarlo.",
    noReceipt: "el operador lo aceptó, pero no envió ningún aviso final de todos los segmentos.",
    refused: "el operador no lo aceptó.",
    acceptanceNotConfirmed:
      "se perdió la conexión con el operador antes de que confirmara su aceptación, y no se recibió ningún aviso de entrega.",
    contradicted:
      "los avisos del operador se contradicen, y una persona decidió que no acreditan la entrega.",
    notRelayed: "no se pudo transmitir a la red del operador.",
  },
  certified:
    "que la entidad remitente encargó el envío, y cuándo; el contenido íntegro y literal del SMS; cuándo se transmitió al operador y qué informó el operador, aviso por aviso y segmento por segmento.",
  notCertified:
    "que alguien haya leído el SMS; la identidad de quien tiene o usa el dispositivo o la línea; la veracidad de los datos que declara la entidad remitente (nombre y documento del destinatario).",
  scopeTitle: { certified: "Se certifica", notCertified: "No se certifica" },
  legal:
    "Servicio de entrega electrónica certificada del artículo 43.1 del Reglamento (UE) 910/2014 (eIDAS), no cualificado: los datos no pueden rechazarse como prueba por el mero hecho de ser electrónicos. Este certificado acredita el envío de un SMS; no es la notificación del artículo 43 de la Ley 39/2015.",
  evidenceNote: ({ records, receipts }) =>
    `La cadena tiene ${records} registros, y el adjunto los lleva con ${receipts === 1 ? "el aviso" : `los ${receipts} avisos`} del operador en bruto. Cada registro lleva el SHA-256 del anterior: el de la cadena es el del último, y los fija todos. Cualquier cambio en este documento rompe el sello. Las horas sin otra indicación son de Europe/Madrid.`,
  foot: {
    csv: "Código seguro de verificación (CSV)",
    verify: "Verifíquelo en",
    sealed:
      "Documento con sello electrónico y sello de tiempo. La copia impresa se comprueba con el CSV.",
    page: (number, count) => `Página ${number} de ${count}`,
  },
  sealReason: {
    positive: "Certificado de entrega de un SMS",
    negative: "Certificado de no entrega de un SMS",
    corrective: "Certificado rectificativo de entrega de un SMS",
  },
  sealField: "Sello electrónico del emisor",
  attachment: {
    json: "Evidencias completas, en JSON canónico",
    xml: "Evidencia en la forma de ETSI EN 319 522-3",
  },
};
