import type { Wording } from "./wording.ts";

const NUMBERS = ["", "", "dos", "tres", "quatre", "cinc", "sis", "set", "vuit", "nou", "deu"];

function count(segments: number): string {
  return NUMBERS[segments] ?? String(segments);
}

export const ca: Wording = {
  title: {
    positive: "Certificat de lliurament d’un SMS",
    negative: "Certificat de no-lliurament d’un SMS",
    corrective: "Certificat rectificatiu: SMS lliurat",
  },
  subtitle:
    "Servei d’entrega electrònica certificada · Reglament (UE) 910/2014 (eIDAS), article 43.1",
  test: "PROVA – sense validesa",
  testLong: "Document emès en un entorn de prova. No té cap validesa ni produeix cap efecte.",
  outcome: { positive: "LLIURAT", negative: "NO LLIURAT", corrective: "LLIURAT" },
  outcomeLine: {
    delivered: ({ msisdn, at }) =>
      `al dispositiu del número ${msisdn}, segons l’operador, el ${at}`,
    corrective: ({ msisdn, at, deliveredAt }) =>
      `al dispositiu del número ${msisdn}, el ${deliveredAt} segons l’operador; l’avís va arribar el ${at}`,
    notDelivered: ({ msisdn, from, to }) => `al número ${msisdn}, del ${from} al ${to}`,
  },
  certifies: ({ issuer, nif }) =>
    `${issuer}, amb NIF ${nif}, com a tercer de confiança diferent de l’entitat emissora i de l’operador de telefonia mòbil, CERTIFICA:`,
  statement: {
    accepted: ({ at, entity, nif, username, msisdn, section }) =>
      `Que el ${at} va acceptar l’encàrrec de l’entitat emissora (${entity}, NIF ${nif}; usuari «${username}») de trametre al número ${msisdn} l’SMS que l’apartat ${section} transcriu íntegrament.`,
    relayed: ({ operator, segments, at }) =>
      `Que va trametre l’SMS, en ${segments === 1 ? "un sol segment" : `${count(segments)} segments`}, a la xarxa de l’operador (${operator}), que en va confirmar l’acceptació el ${at}.`,
    notRelayed: ({ operator, segments }) =>
      `Que no consta que la xarxa de l’operador (${operator}) acceptés ${segments === 1 ? "l’SMS" : `els ${count(segments)} segments de l’SMS`}.`,
    delivered: ({ operator, segments, at }) =>
      `Que l’operador (${operator}) va informar del lliurament ${segments === 1 ? "de l’SMS" : `dels ${count(segments)} segments de l’SMS`} al dispositiu del destinatari; l’avís que completa el lliurament va arribar a aquest servei el ${at}.`,
    notDelivered: ({ from, to, waited, reason }) =>
      `Que, acabats el termini, del ${from} al ${to}, i el marge per als avisos en camí, fins al ${waited}, no consta el lliurament de l’SMS: ${reason}`,
    corrective: ({ csv, at, deliveredAt, dates }) =>
      `Que aquest certificat rectifica el de no-lliurament${at === undefined ? "" : ` emès el ${at}`} amb CSV ${csv}, que es conserva: l’avís de l’operador va arribar acabat el termini, amb una data de lliurament de dins, el ${deliveredAt}. Que fos dins del termini es basa en aquesta data, que és la que dona l’operador (${dates}).`,
    decided: ({ as, at, by, reason }) =>
      `Que els avisos de l’operador es contradiuen, i que el ${at} ${by} va resoldre que ${as === "delivered" ? "consta" : "no consta"} el lliurament, pel motiu següent: «${reason}»`,
  },
  section: {
    document: "Dades del certificat",
    sender: "Entitat emissora",
    recipient: "Destinatari",
    content: "Contingut de l’SMS",
    timeline: "Cronologia",
    segments: "Segments",
    scope: "Abast del certificat",
    evidence: "Evidències i integritat",
  },
  label: {
    messageId: "Missatge",
    csv: "CSV",
    issuedAt: "Emès",
    retainUntil: "Es conserva fins al",
    corrects: "Rectifica el CSV",
    entity: "Entitat",
    nif: "NIF",
    user: "Usuari",
    officer: "Funcionari",
    clientReference: "Referència",
    fileNumber: "Expedient",
    purpose: "Finalitat",
    consent: "Consentiment",
    costCentre: "Centre de cost",
    senderShown: "Remitent mostrat",
    senderDefault: "el que assigna l’operador",
    number: "Número de mòbil",
    name: "Nom",
    legalId: "Document",
    operator: "Operador",
    textSha256: "SHA-256 del text (UTF-8)",
    event: "Fet",
    ourTime: "Aquest servei (Madrid)",
    ourTimeUtc: "Aquest servei (UTC)",
    operatorTime: "Operador, tal com la dona",
    operatorCode: "codi de l’operador",
    segment: "Núm.",
    smscMessageId: "Id. de l’operador",
    state: "Estat",
    code: "Codi",
    payloadSha256: "SHA-256 dels bytes tramesos",
    chainHead: "SHA-256 de la cadena d’evidències",
    evidenceSha256: "SHA-256 d’evidencia.json (adjunt)",
    seal: "Segell, plantilla i política",
  },
  counts: {
    size: ({ characters, bytes, segments }) =>
      `${characters} ${characters === 1 ? "caràcter" : "caràcters"} · ${bytes} bytes · ${segments} SMS`,
  },
  declared: "declarat, no verificat",
  channel: { soap: "servei web", pica: "plataforma PICA", portal: "portal web" },
  consent: {
    Si: "el destinatari hi consent",
    Ley: "ho empara una llei",
    NoOpo: "el destinatari no s'hi ha oposat",
  },
  event: {
    accepted: "S’accepta l’encàrrec",
    scheduled: "Hora programada per a la tramesa",
    attempt: (number) => `Tramesa a l’operador, intent ${number}`,
    deferred: "L’operador l’ajorna; es tornarà a intentar",
    resend: "Una persona ordena tornar-lo a enviar: el destinatari el pot haver rebut dues vegades",
    relayed: (segments) =>
      segments === 1
        ? "L’operador accepta l’SMS"
        : `L’operador accepta els ${count(segments)} segments`,
    refused: "L’operador rebutja l’SMS",
    unconfirmed: "Es perd la connexió sense que l’operador confirmi l’acceptació",
    receipt: (segment, state) => `Avís de l’operador, segment ${segment}: ${state}`,
    doubtful: "avís contradictori, no es té en compte",
    delivered: "Es completa el lliurament",
    deadline: "Acaba el termini de lliurament",
    undelivered: "Acaba el marge per als avisos en camí; no consta el lliurament",
    late: "Arriba, acabat el termini, l’avís que completa el lliurament",
    lateVerdict: {
      withinPeriod: "data de l’operador, de dins del termini",
      outsidePeriod: "data de l’operador, de fora del termini: no rectifica res",
      noDoneDate: "sense cap data de l’operador que es pugui llegir: no rectifica res",
    },
    decided: {
      delivered: "Una persona resol la contradicció: consta el lliurament",
      notDelivered: "Una persona resol la contradicció: no consta el lliurament",
    },
    issued: "S’emet aquest certificat",
    issuedBefore: (title) => `S’emet: ${title}`,
    mailed: "El servidor de correu rep el certificat per a la bústia autoritzada",
    stamped: "Segell de temps (RFC 3161)",
    inSeal: "al segell del document",
  },
  state: {
    ENROUTE: "en trànsit",
    DELIVERED: "lliurat",
    EXPIRED: "caducat",
    DELETED: "esborrat",
    UNDELIVERABLE: "no lliurable",
    ACCEPTED: "acceptat",
    UNKNOWN: "desconegut",
    REJECTED: "rebutjat",
    UNRECOGNISED: "estat no reconegut",
  },
  noState: "sense avís",
  reason: {
    expired: "l’operador va informar que va caducar el temps de què disposava per lliurar-lo.",
    deleted: "l’operador va informar que es va esborrar abans de lliurar-lo.",
    undeliverable: "l’operador va informar que no es podia lliurar.",
    rejected: "l’operador va informar que el va rebutjar després d’acceptar-lo.",
    noReceipt: "l’operador el va acceptar, però no va enviar cap avís final de tots els segments.",
    refused: "l’operador no el va acceptar.",
    acceptanceNotConfirmed:
      "es va perdre la connexió amb l’operador abans que en confirmés l’acceptació, i no se’n va rebre cap avís de lliurament.",
    contradicted:
      "els avisos de l’operador es contradiuen, i una persona va decidir que no acrediten el lliurament.",
    notRelayed: "no es va poder trametre a la xarxa de l’operador.",
  },
  certified:
    "que l’entitat emissora va encarregar l’enviament, i quan; el contingut íntegre i literal de l’SMS; quan es va trametre a l’operador i què en va informar l’operador, avís per avís i segment per segment.",
  notCertified:
    "que ningú hagi llegit l’SMS; la identitat de qui té o fa servir el dispositiu o la línia; la veracitat de les dades que declara l’entitat emissora (nom i document del destinatari).",
  scopeTitle: { certified: "Es certifica", notCertified: "No es certifica" },
  legal:
    "Servei d’entrega electrònica certificada de l’article 43.1 del Reglament (UE) 910/2014 (eIDAS), no qualificat: les dades no es poden refusar com a prova només perquè són electròniques. Aquest certificat acredita l’enviament d’un SMS; no és la notificació de l’article 43 de la Llei 39/2015.",
  evidenceNote: ({ records, receipts }) =>
    `La cadena té ${records} registres, i l’adjunt els porta amb ${receipts === 1 ? "l’avís" : `els ${receipts} avisos`} de l’operador en brut. Cada registre porta el SHA-256 de l’anterior: el de la cadena és el de l’últim, i els fixa tots. Qualsevol canvi en aquest document trenca el segell. Les hores sense altra indicació són d’Europe/Madrid.`,
  foot: {
    csv: "Codi segur de verificació (CSV)",
    verify: "Verifiqueu-lo a",
    sealed:
      "Document amb segell electrònic i segell de temps. La còpia impresa es comprova amb el CSV.",
    page: (number, count) => `Pàgina ${number} de ${count}`,
  },
  sealReason: {
    positive: "Certificat de lliurament d’un SMS",
    negative: "Certificat de no-lliurament d’un SMS",
    corrective: "Certificat rectificatiu de lliurament d’un SMS",
  },
  sealField: "Segell electrònic de l’emissor",
  attachment: {
    json: "Evidències completes, en JSON canònic",
    xml: "Evidència en la forma d’ETSI EN 319 522-3",
  },
};
