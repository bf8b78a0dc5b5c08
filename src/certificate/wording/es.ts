import { named, type Which } from "./segments.ts";
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

function the(which: Which): string {
  return named(which, {
    sms: "el SMS",
    one: "el segmento",
    several: "los segmentos",
    all: (segments) => `los ${count(segments)} segmentos del SMS`,
    of: "de",
    and: "y",
  });
}

function ofThe(which: Which): string {
  return named(which, {
    sms: "del SMS",
    one: "del segmento",
    several: "de los segmentos",
    all: (segments) => `de los ${count(segments)} segmentos del SMS`,
    of: "de",
    and: "y",
  });
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
    notDelivered: ({ msisdn, from, to, delivered }) =>
      `al número ${msisdn}, del ${from} al ${to}${delivered ? `; solo consta la entrega ${ofThe(delivered)}` : ""}`,
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
    partlyRelayed: ({ operator, accepted, byNumber, unknown }) =>
      `Que transmitió el SMS a la red del operador (${operator}): ${[
        accepted && `el operador confirmó la aceptación ${ofThe(accepted.which)} el ${accepted.at}`,
        byNumber &&
          `se perdió la respuesta del operador a la transmisión ${ofThe(byNumber)}, y por eso sus avisos sobre ${the(byNumber)} se han atribuido por el número del destinatario y la hora, y no por ningún identificador`,
        unknown && `no consta que el operador aceptara ${the(unknown)}`,
      ]
        .filter((clause) => clause !== undefined)
        .join("; ")}.`,
    delivered: ({ operator, segments, at }) =>
      `Que el operador (${operator}) informó de la entrega ${segments === 1 ? "del SMS" : `de los ${count(segments)} segmentos del SMS`} en el dispositivo del destinatario; el aviso que completa la entrega llegó a este servicio el ${at}.`,
    notDelivered: ({ from, to, waited, partly, fates }) =>
      `Que, acabados el plazo, del ${from} al ${to}, y el margen para los avisos en camino, hasta el ${waited}, no consta la entrega ${partly ? "completa " : ""}del SMS: ${fates}.`,
    corrective: ({ csv, at, deliveredAt, dates }) =>
      `Que este certificado rectifica el de no entrega${at === undefined ? "" : ` emitido el ${at}`} con CSV ${csv}, que se conserva: el aviso del operador llegó acabado el plazo, con una fecha de entrega de dentro, el ${deliveredAt}. Que fuera dentro del plazo se basa en esa fecha, que es la que da el operador (${dates}).`,
    decided: ({ as, at, by, conflict, reason }) =>
      `Que los avisos del operador no son concluyentes (${conflict}), y que el ${at} ${by} resolvió que ${as === "delivered" ? "consta" : "no consta"} la entrega, por el motivo siguiente: «${reason}»`,
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
  marks: {
    names:
      "[U+…] es el código Unicode de un carácter que no se ve o que las letras de este documento no tienen; estos códigos se leen de izquierda a derecha, en el orden del texto.",
    spaces: "El texto solo tiene espacios en blanco: cada «·» es un espacio.",
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
    someAccepted: (which) => `antes acepta ${the(which)}`,
    unconfirmed: "Se pierde la conexión sin que el operador confirme la aceptación",
    receipt: (segment, state) => `Aviso del operador, segmento ${segment}: ${state}`,
    doubtful: (doubt) => `aviso dudoso: «${doubt}»`,
    byNumber: "atribuido por el número del destinatario: se perdió la respuesta a la transmisión",
    upheld: "la resolución lo da por bueno",
    setAside: "la resolución no lo da por bueno",
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
      delivered: "Una persona resuelve sobre los avisos: consta la entrega",
      notDelivered: "Una persona resuelve sobre los avisos: no consta la entrega",
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
  fate: {
    delivered: (which) => `el operador informó de la entrega ${ofThe(which)}`,
    expired: (which) =>
      `el operador informó de que había caducado el tiempo de que disponía para entregar ${the(which)}`,
    deleted: (which) => `el operador informó del borrado ${ofThe(which)}, antes de la entrega`,
    undeliverable: (which) => `el operador informó de que no podía entregar ${the(which)}`,
    rejected: (which) =>
      `el operador informó de que rechazaba ${the(which)}, que antes había aceptado`,
    noReceipt: (which) =>
      `el operador aceptó ${the(which)}, pero no envió ningún aviso final al respecto`,
    refused: (which) => `el operador no aceptó ${the(which)}`,
    acceptanceNotConfirmed: (which) =>
      `se perdió la conexión con el operador antes de que confirmara la aceptación ${ofThe(which)}, y no se recibió ningún aviso final al respecto`,
    notSent: (which) =>
      `este servicio no transmitió ${the(which)}, porque el operador no había aceptado un segmento anterior`,
    contradicted: (which) =>
      `los avisos del operador sobre ${the(which)} no son concluyentes, y una persona resolvió que no acreditan la entrega`,
    notRelayed: (which) => `este servicio no pudo transmitir ${the(which)} a la red del operador`,
  },
  conflict: {
    contradiction: ({ which, later, earlier }) =>
      `sobre ${the(which)}, «${later}» después de «${earlier}»`,
    afterDecision: (which) => `sobre ${the(which)}, «entregado» después de otra resolución`,
    doubt: ({ which, doubt }) => `sobre ${the(which)}, un aviso dudoso: «${doubt}»`,
    unattributed: "los hay que no se pueden atribuir a un solo segmento",
  },
  certified:
    "que la entidad remitente encargó el envío, y cuándo; el contenido íntegro y literal del SMS; cuándo se transmitió al operador y qué informó el operador, aviso por aviso y segmento por segmento.",
  notCertified:
    "que alguien haya leído el SMS; la identidad de quien tiene o usa el dispositivo o la línea; la veracidad de los datos que declara la entidad remitente (nombre y documento del destinatario).",
  scopeTitle: { certified: "Se certifica", notCertified: "No se certifica" },
  legal:
    "Servicio de entrega electrónica certificada del artículo 43.1 del Reglamento (UE) 910/2014 (eIDAS), no cualificado: los datos no pueden rechazarse como prueba por el mero hecho de ser electrónicos. Este certificado acredita el envío de un SMS; no es la notificación del artículo 43 de la Ley 39/2015.",
  evidenceNote: ({ records, receipts }) =>
    `La cadena tiene ${records} registros, y el adjunto los lleva ${receipts === 0 ? "todos; no se recibió ningún aviso del operador" : `con ${receipts === 1 ? "el aviso" : `los ${receipts} avisos`} del operador en bruto`}. Cada registro lleva el SHA-256 del anterior: el de la cadena es el del último, y los fija todos. Cualquier cambio en este documento rompe el sello. Si no se dice otra cosa, los avisos se han atribuido por su identificador y las horas son de Europe/Madrid; las del operador se copian tal como las da.`,
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
