import { named, type Which } from "./segments.ts";
import type { Wording } from "./wording.ts";

const NUMBERS = ["", "", "dos", "tres", "quatre", "cinc", "sis", "set", "vuit", "nou", "deu"];

function count(segments: number): string {
  return NUMBERS[segments] ?? String(segments);
}

function the(which: Which): string {
  return named(which, {
    sms: "l’SMS",
    one: "el segment",
    several: "els segments",
    all: (segments) => `els ${count(segments)} segments de l’SMS`,
    of: "de",
    and: "i",
  });
}

function ofThe(which: Which): string {
  return named(which, {
    sms: "de l’SMS",
    one: "del segment",
    several: "dels segments",
    all: (segments) => `dels ${count(segments)} segments de l’SMS`,
    of: "de",
    and: "i",
  });
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
    notDelivered: ({ msisdn, from, to, delivered }) =>
      `al número ${msisdn}, del ${from} al ${to}${delivered ? `; només consta el lliurament ${ofThe(delivered)}` : ""}`,
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
    partlyRelayed: ({ operator, accepted, byNumber, unknown }) =>
      `Que va trametre l’SMS a la xarxa de l’operador (${operator}): ${[
        accepted &&
          `l’operador va confirmar l’acceptació ${ofThe(accepted.which)} el ${accepted.at}`,
        byNumber &&
          `es va perdre la resposta de l’operador a la tramesa ${ofThe(byNumber)}, i per això els seus avisos sobre ${the(byNumber)} s’han atribuït pel número del destinatari i l’hora, i no per cap identificador`,
        unknown && `no consta que l’operador acceptés ${the(unknown)}`,
      ]
        .filter((clause) => clause !== undefined)
        .join("; ")}.`,
    delivered: ({ operator, segments, at }) =>
      `Que l’operador (${operator}) va informar del lliurament ${segments === 1 ? "de l’SMS" : `dels ${count(segments)} segments de l’SMS`} al dispositiu del destinatari; l’avís que completa el lliurament va arribar a aquest servei el ${at}.`,
    notDelivered: ({ from, to, waited, partly, fates }) =>
      `Que, acabats el termini, del ${from} al ${to}, i el marge per als avisos en camí, fins al ${waited}, no consta el lliurament ${partly ? "complet " : ""}de l’SMS: ${fates}.`,
    corrective: ({ csv, at, deliveredAt, dates }) =>
      `Que aquest certificat rectifica el de no-lliurament${at === undefined ? "" : ` emès el ${at}`} amb CSV ${csv}, que es conserva: l’avís de l’operador va arribar acabat el termini, amb una data de lliurament de dins, el ${deliveredAt}. Que fos dins del termini es basa en aquesta data, que és la que dona l’operador (${dates}).`,
    decided: ({ as, at, by, conflict, reason }) =>
      `Que els avisos de l’operador no són concloents (${conflict}), i que el ${at} ${by} va resoldre que ${as === "delivered" ? "consta" : "no consta"} el lliurament, pel motiu següent: «${reason}»`,
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
  marks: {
    names:
      "[U+…] és el codi Unicode d’un caràcter que no es veu o que les lletres d’aquest document no tenen; aquests codis es llegeixen d’esquerra a dreta, en l’ordre del text.",
    spaces: "El text només té espais en blanc: cada «·» és un espai.",
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
    someAccepted: (which) => `abans accepta ${the(which)}`,
    unconfirmed: "Es perd la connexió sense que l’operador confirmi l’acceptació",
    receipt: (segment, state) => `Avís de l’operador, segment ${segment}: ${state}`,
    doubtful: (doubt) => `avís dubtós: «${doubt}»`,
    byNumber: "atribuït pel número del destinatari: es va perdre la resposta a la tramesa",
    upheld: "la resolució el dona per bo",
    setAside: "la resolució no el dona per bo",
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
      delivered: "Una persona resol sobre els avisos: consta el lliurament",
      notDelivered: "Una persona resol sobre els avisos: no consta el lliurament",
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
  fate: {
    delivered: (which) => `l’operador va informar del lliurament ${ofThe(which)}`,
    expired: (which) =>
      `l’operador va informar que havia caducat el temps de què disposava per lliurar ${the(which)}`,
    deleted: (which) =>
      `l’operador va informar de l’esborrament ${ofThe(which)}, abans del lliurament`,
    undeliverable: (which) => `l’operador va informar que no podia lliurar ${the(which)}`,
    rejected: (which) =>
      `l’operador va informar que rebutjava ${the(which)}, que abans havia acceptat`,
    noReceipt: (which) =>
      `l’operador va acceptar ${the(which)}, però no en va enviar cap avís final`,
    refused: (which) => `l’operador no va acceptar ${the(which)}`,
    acceptanceNotConfirmed: (which) =>
      `es va perdre la connexió amb l’operador abans que confirmés l’acceptació ${ofThe(which)}, i no se’n va rebre cap avís final`,
    notSent: (which) =>
      `aquest servei no va trametre ${the(which)}, perquè l’operador no havia acceptat un segment anterior`,
    contradicted: (which) =>
      `els avisos de l’operador sobre ${the(which)} no són concloents, i una persona va resoldre que no n’acrediten el lliurament`,
    notRelayed: (which) =>
      `aquest servei no va poder trametre ${the(which)} a la xarxa de l’operador`,
  },
  conflict: {
    contradiction: ({ which, later, earlier }) =>
      `sobre ${the(which)}, «${later}» després de «${earlier}»`,
    afterDecision: (which) => `sobre ${the(which)}, «lliurat» després d’una altra resolució`,
    doubt: ({ which, doubt }) => `sobre ${the(which)}, un avís dubtós: «${doubt}»`,
    unattributed: "n’hi ha que no es poden atribuir a un sol segment",
  },
  certified:
    "que l’entitat emissora va encarregar l’enviament, i quan; el contingut íntegre i literal de l’SMS; quan es va trametre a l’operador i què en va informar l’operador, avís per avís i segment per segment.",
  notCertified:
    "que ningú hagi llegit l’SMS; la identitat de qui té o fa servir el dispositiu o la línia; la veracitat de les dades que declara l’entitat emissora (nom i document del destinatari).",
  scopeTitle: { certified: "Es certifica", notCertified: "No es certifica" },
  legal:
    "Servei d’entrega electrònica certificada de l’article 43.1 del Reglament (UE) 910/2014 (eIDAS), no qualificat: les dades no es poden refusar com a prova només perquè són electròniques. Aquest certificat acredita l’enviament d’un SMS; no és la notificació de l’article 43 de la Llei 39/2015.",
  evidenceNote: ({ records, receipts }) =>
    `La cadena té ${records} registres, i l’adjunt els porta ${receipts === 0 ? "tots; no es va rebre cap avís de l’operador" : `amb ${receipts === 1 ? "l’avís" : `els ${receipts} avisos`} de l’operador en brut`}. Cada registre porta el SHA-256 de l’anterior: el de la cadena és el de l’últim, i els fixa tots. Qualsevol canvi en aquest document trenca el segell. Si no es diu altrament, els avisos s’han atribuït pel seu identificador i les hores són d’Europe/Madrid; les de l’operador es copien tal com les dona.`,
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
