import { named, type Which } from "./segments.ts";
import type { Wording } from "./wording.ts";

const NUMBERS = ["", "", "dus", "tres", "quate", "cinc", "sies", "sèt", "ueit", "nau", "dètz"];

function count(segments: number): string {
  return NUMBERS[segments] ?? String(segments);
}

function the(which: Which): string {
  return named(which, {
    sms: "er SMS",
    one: "eth segment",
    several: "es segments",
    all: (segments) => `es ${count(segments)} segments der SMS`,
    of: "de",
    and: "e",
  });
}

function ofThe(which: Which): string {
  return named(which, {
    sms: "der SMS",
    one: "deth segment",
    several: "des segments",
    all: (segments) => `des ${count(segments)} segments der SMS`,
    of: "de",
    and: "e",
  });
}

/** Occitan in its Aranese form, which is official in Catalonia. */
export const oc: Wording = {
  title: {
    positive: "Certificat de liurament d’un SMS",
    negative: "Certificat de non-liurament d’un SMS",
    corrective: "Certificat rectificatiu: SMS liurat",
  },
  subtitle:
    "Servici de liurament electronic certificat · Reglament (UE) 910/2014 (eIDAS), article 43.1",
  test: "PRÒVA – sense validesa",
  testLong: "Document emetut en un entorn de pròva. Non a cap validesa ne produsís cap efècte.",
  outcome: { positive: "LIURAT", negative: "NON LIURAT", corrective: "LIURAT" },
  outcomeLine: {
    delivered: ({ msisdn, at }) =>
      `ath dispositiu deth numèro ${msisdn}, segontes er operador, eth ${at}`,
    corrective: ({ msisdn, at, deliveredAt }) =>
      `ath dispositiu deth numèro ${msisdn}, eth ${deliveredAt} segontes er operador; er avís arribèc eth ${at}`,
    notDelivered: ({ msisdn, from, to, delivered }) =>
      `ath numèro ${msisdn}, deth ${from} ath ${to}${delivered ? `; sonque còste eth liurament ${ofThe(delivered)}` : ""}`,
  },
  certifies: ({ issuer, nif }) =>
    `${issuer}, damb NIF ${nif}, coma tercèr de confiança diferent dera entitat emissora e der operador de telefonia mobila, CERTIFIQUE:`,
  statement: {
    accepted: ({ at, entity, nif, username, msisdn, section }) =>
      `Qu’eth ${at} acceptèc er encargue dera entitat emissora (${entity}, NIF ${nif}; usuari «${username}») de transméter ath numèro ${msisdn} er SMS qu’er apartat ${section} transcriu integraument.`,
    relayed: ({ operator, segments, at }) =>
      `Que transmetec er SMS, en ${segments === 1 ? "un solet segment" : `${count(segments)} segments`}, ara hilat der operador (${operator}), que’n confirmèc era acceptacion eth ${at}.`,
    notRelayed: ({ operator, segments }) =>
      `Que non còste qu’era hilat der operador (${operator}) acceptèsse ${segments === 1 ? "er SMS" : `es ${count(segments)} segments der SMS`}.`,
    partlyRelayed: ({ operator, accepted, byNumber, unknown }) =>
      `Que transmetec er SMS ara hilat der operador (${operator}): ${[
        accepted &&
          `er operador confirmèc era acceptacion ${ofThe(accepted.which)} eth ${accepted.at}`,
        byNumber &&
          `se perdec era responsa der operador ara transmission ${ofThe(byNumber)}, e per açò es sòns avisi sus ${the(byNumber)} s’an atribuit peth numèro deth destinatari e era ora, e non per cap identificador`,
        unknown && `non còste qu’er operador acceptèsse ${the(unknown)}`,
      ]
        .filter((clause) => clause !== undefined)
        .join("; ")}.`,
    delivered: ({ operator, segments, at }) =>
      `Qu’er operador (${operator}) informèc deth liurament ${segments === 1 ? "der SMS" : `des ${count(segments)} segments der SMS`} ath dispositiu deth destinatari; er avís que complète eth liurament arribèc ad aguest servici eth ${at}.`,
    notDelivered: ({ from, to, waited, partly, fates }) =>
      `Que, acabadi eth tèrme, deth ${from} ath ${to}, e eth marge entàs avisi en camin, enquiath ${waited}, non còste eth liurament ${partly ? "complet " : ""}der SMS: ${fates}.`,
    corrective: ({ csv, at, deliveredAt, dates }) =>
      `Qu’aguest certificat rectifique eth de non-liurament${at === undefined ? "" : ` emetut eth ${at}`} damb CSV ${csv}, que se consèrve: er avís der operador arribèc acabat eth tèrme, damb ua data de liurament de laguens, eth ${deliveredAt}. Que siguesse laguens deth tèrme se base en aguesta data, que ei era que balhe er operador (${dates}).`,
    decided: ({ as, at, by, conflict, reason }) =>
      `Qu’es avisi der operador non son concludents (${conflict}), e qu’eth ${at} ${by} resolvec que ${as === "delivered" ? "còste" : "non còste"} eth liurament, peth motiu seguent: «${reason}»`,
  },
  section: {
    document: "Donades deth certificat",
    sender: "Entitat emissora",
    recipient: "Destinatari",
    content: "Contengut der SMS",
    timeline: "Cronologia",
    segments: "Segments",
    scope: "Abast deth certificat",
    evidence: "Evidéncies e integritat",
  },
  label: {
    messageId: "Messatge",
    csv: "CSV",
    issuedAt: "Emetut",
    retainUntil: "Conservat enquiath",
    corrects: "Rectifique eth CSV",
    entity: "Entitat",
    nif: "NIF",
    user: "Usuari",
    officer: "Foncionari",
    clientReference: "Referéncia",
    fileNumber: "Expedient",
    purpose: "Finalitat",
    consent: "Consentiment",
    costCentre: "Centre de còst",
    senderShown: "Remitent mostrat",
    senderDefault: "eth qu’assigne er operador",
    number: "Numèro de mobil",
    name: "Nòm",
    legalId: "Document",
    operator: "Operador",
    textSha256: "SHA-256 deth tèxte (UTF-8)",
    event: "Hèt",
    ourTime: "Aguest servici (Madrid)",
    ourTimeUtc: "Aguest servici (UTC)",
    operatorTime: "Operador, tau coma la balhe",
    operatorCode: "còdi der operador",
    segment: "Num.",
    smscMessageId: "Id. der operador",
    state: "Estat",
    code: "Còdi",
    payloadSha256: "SHA-256 des bytes transmetudi",
    chainHead: "SHA-256 dera cadea d’evidéncies",
    evidenceSha256: "SHA-256 d’evidencia.json (apondut)",
    seal: "Sagèth, plantilha e politica",
  },
  counts: {
    size: ({ characters, bytes, segments }) =>
      `${characters} ${characters === 1 ? "caractèr" : "caractèrs"} · ${bytes} bytes · ${segments} SMS`,
  },
  marks: {
    names:
      "[U+…] ei eth còdi Unicode d’un caractèr que non se ve o qu’es letres d’aguest document non an; aguesti còdis se liegen d’esquèrra a dreta, en orde deth tèxte.",
    spaces: "Eth tèxte sonque a espacis en blanc: cada «·» ei un espaci.",
  },
  declared: "declarat, non verificat",
  channel: { soap: "servici web", pica: "plataforma PICA", portal: "portau web" },
  consent: {
    Si: "eth destinatari i consent",
    Ley: "ac empare ua lei",
    NoOpo: "eth destinatari non s'i a opausat",
  },
  event: {
    accepted: "S’accèpte er encargue",
    scheduled: "Ora programada entara transmission",
    attempt: (number) => `Transmission ar operador, assag ${number}`,
    deferred: "Er operador l’ajorne; se tornarà a sajar",
    resend: "Ua persona ordene tornar-lo a enviar: eth destinatari lo pòt auer recebut dus viatges",
    relayed: (segments) =>
      segments === 1
        ? "Er operador accèpte er SMS"
        : `Er operador accèpte es ${count(segments)} segments`,
    refused: "Er operador refuse er SMS",
    someAccepted: (which) => `abans accèpte ${the(which)}`,
    unconfirmed: "Se pèrd era connexion sense qu’er operador confirme era acceptacion",
    receipt: (segment, state) => `Avís der operador, segment ${segment}: ${state}`,
    doubtful: (doubt) => `avís dobtós: «${doubt}»`,
    byNumber: "atribuit peth numèro deth destinatari: se perdec era responsa ara transmission",
    upheld: "era resolucion lo da per bon",
    setAside: "era resolucion non lo da per bon",
    delivered: "Se complète eth liurament",
    deadline: "S’acabe eth tèrme de liurament",
    undelivered: "S’acabe eth marge entàs avisi en camin; non còste eth liurament",
    late: "Arribe, acabat eth tèrme, er avís que complète eth liurament",
    lateVerdict: {
      withinPeriod: "data der operador, de laguens deth tèrme",
      outsidePeriod: "data der operador, de dehòra deth tèrme: non rectifique arren",
      noDoneDate: "sense cap data der operador que se pogue liéger: non rectifique arren",
    },
    decided: {
      delivered: "Ua persona resòlv sus es avisi: còste eth liurament",
      notDelivered: "Ua persona resòlv sus es avisi: non còste eth liurament",
    },
    issued: "S’emet aguest certificat",
    issuedBefore: (title) => `S’emet: ${title}`,
    mailed: "Eth servidor de corrèu recep eth certificat entara bóstia autorizada",
    stamped: "Sagèth de temps (RFC 3161)",
    inSeal: "en sagèth deth document",
  },
  state: {
    ENROUTE: "en camin",
    DELIVERED: "liurat",
    EXPIRED: "caducat",
    DELETED: "esfaçat",
    UNDELIVERABLE: "non liurable",
    ACCEPTED: "acceptat",
    UNKNOWN: "desconeishut",
    REJECTED: "refusat",
    UNRECOGNISED: "estat non reconeishut",
  },
  noState: "sense avís",
  fate: {
    delivered: (which) => `er operador informèc deth liurament ${ofThe(which)}`,
    expired: (which) =>
      `er operador informèc qu’auie caducat eth temps qu’auie entà liurar ${the(which)}`,
    deleted: (which) => `er operador informèc der esfaçament ${ofThe(which)}, abans deth liurament`,
    undeliverable: (which) => `er operador informèc que non podie liurar ${the(which)}`,
    rejected: (which) => `er operador informèc que refusaue ${the(which)}, qu’abans auie acceptat`,
    noReceipt: (which) => `er operador acceptèc ${the(which)}, mès non n’envièc cap avís finau`,
    refused: (which) => `er operador non acceptèc ${the(which)}`,
    acceptanceNotConfirmed: (which) =>
      `se perdec era connexion damb er operador abans que confirmèsse era acceptacion ${ofThe(which)}, e non se’n recebec cap avís finau`,
    notSent: (which) =>
      `aguest servici non transmetec ${the(which)}, pr’amor qu’er operador non auie acceptat un segment anterior`,
    contradicted: (which) =>
      `es avisi der operador sus ${the(which)} non son concludents, e ua persona resolvec que non n’acrediten eth liurament`,
    notRelayed: (which) =>
      `aguest servici non podec transméter ${the(which)} ara hilat der operador`,
  },
  conflict: {
    contradiction: ({ which, later, earlier }) =>
      `sus ${the(which)}, «${later}» dempús de «${earlier}»`,
    afterDecision: (which) => `sus ${the(which)}, «liurat» dempús d’ua auta resolucion`,
    doubt: ({ which, doubt }) => `sus ${the(which)}, un avís dobtós: «${doubt}»`,
    unattributed: "n’i a que non se pòden atribuir a un solet segment",
  },
  certified:
    "qu’era entitat emissora encarguèc er enviament, e quan; eth contengut integrau e literau der SMS; quan se transmetec ar operador e qué n’informèc er operador, avís per avís e segment per segment.",
  notCertified:
    "qu’arrés age liejut er SMS; era identitat de qui a o hè a servir eth dispositiu o era linha; era veracitat des donades que declare era entitat emissora (nòm e document deth destinatari).",
  scopeTitle: { certified: "Se certifique", notCertified: "Non se certifique" },
  legal:
    "Servici de liurament electronic certificat der article 43.1 deth Reglament (UE) 910/2014 (eIDAS), non qualificat: es donades non se pòden refusar coma pròva sonque pr’amor que son electroniques. Aguest certificat acredite er enviament d’un SMS; non ei era notificacion der article 43 dera Lei 39/2015.",
  evidenceNote: ({ records, receipts }) =>
    `Era cadea a ${records} registres, e er apondut les pòrte ${receipts === 0 ? "toti; non se recebec cap avís der operador" : `damb ${receipts === 1 ? "er avís" : `es ${receipts} avisi`} der operador en brut`}. Cada registre pòrte eth SHA-256 der anterior: eth dera cadea ei eth deth darrèr, e les fixe toti. Quinsevolh cambi en aguest document trinque eth sagèth. Se non se ditz auta causa, es avisi s’an atribuit peth sòn identificador e es ores son d’Europe/Madrid; es der operador se còpien tau coma les balhe.`,
  foot: {
    csv: "Còdi segur de verificacion (CSV)",
    verify: "Verificatz-lo en",
    sealed:
      "Document damb sagèth electronic e sagèth de temps. Era còpia imprimida se compròve damb eth CSV.",
    page: (number, count) => `Pagina ${number} de ${count}`,
  },
  sealReason: {
    positive: "Certificat de liurament d’un SMS",
    negative: "Certificat de non-liurament d’un SMS",
    corrective: "Certificat rectificatiu de liurament d’un SMS",
  },
  sealField: "Sagèth electronic der emissor",
  attachment: {
    json: "Evidéncies completes, en JSON canonic",
    xml: "Evidéncia ena forma d’ETSI EN 319 522-3",
  },
};
