import type { Words } from "../../domain/words.ts";

export type FindingName =
  | "seal"
  | "coverage"
  | "unchanged"
  | "signature"
  | "timeStamp"
  | "whole"
  | "evidence"
  | "sealTrusted"
  | "issuer"
  | "timeStampTrusted"
  | "status";

/** What a verification found, for people. */
export const FINDING_WORDS: Readonly<
  Record<FindingName, { readonly good: Words; readonly bad: Words }>
> = {
  seal: {
    good: {
      ca: "El document porta un segell electrònic.",
      es: "El documento lleva un sello electrónico.",
      en: "The document carries an electronic seal.",
    },
    bad: {
      ca: "El document no porta cap segell electrònic que es pugui comprovar.",
      es: "El documento no lleva ningún sello electrónico que se pueda comprobar.",
      en: "The document carries no electronic seal that can be checked.",
    },
  },
  coverage: {
    good: {
      ca: "El segell cobreix tot el document.",
      es: "El sello cubre todo el documento.",
      en: "The seal covers the whole document.",
    },
    bad: {
      ca: "El segell no cobreix tot el document: no se’n pot garantir el contingut.",
      es: "El sello no cubre todo el documento: no se puede garantizar su contenido.",
      en: "The seal does not cover the whole document: its content cannot be relied upon.",
    },
  },
  unchanged: {
    good: {
      ca: "El document no ha canviat des que es va segellar.",
      es: "El documento no ha cambiado desde que se selló.",
      en: "The document has not changed since it was sealed.",
    },
    bad: {
      ca: "El document ha canviat després de segellar-lo.",
      es: "El documento ha cambiado después de sellarlo.",
      en: "The document was changed after it was sealed.",
    },
  },
  signature: {
    good: {
      ca: "El segell és del certificat que hi consta.",
      es: "El sello es del certificado que consta en él.",
      en: "The seal was made with the certificate that it names.",
    },
    bad: {
      ca: "El segell no correspon al certificat que hi consta.",
      es: "El sello no corresponde al certificado que consta en él.",
      en: "The seal was not made with the certificate that it names.",
    },
  },
  timeStamp: {
    good: {
      ca: "Un segell de temps acredita quan es va segellar.",
      es: "Un sello de tiempo acredita cuándo se selló.",
      en: "A time-stamp proves when it was sealed.",
    },
    bad: {
      ca: "El segell de temps falta o no és d’aquest document.",
      es: "El sello de tiempo falta o no es de este documento.",
      en: "The time-stamp is missing or is not of this document.",
    },
  },
  whole: {
    good: {
      ca: "No s’hi ha afegit res després de segellar-lo, tret de dades de validació.",
      es: "No se le ha añadido nada después de sellarlo, salvo datos de validación.",
      en: "Nothing was added after sealing but validation data.",
    },
    bad: {
      ca: "S’hi ha afegit contingut després de segellar-lo.",
      es: "Se le ha añadido contenido después de sellarlo.",
      en: "Content was added after it was sealed.",
    },
  },
  evidence: {
    good: {
      ca: "Les evidències adjuntes proven el que s’hi declara: la cadena de registres, el text i els avisos de l’operador tenen els SHA-256 que hi consten, i en resulta aquest desenllaç.",
      es: "Las evidencias adjuntas prueban lo que se declara: la cadena de registros, el texto y los avisos del operador tienen los SHA-256 que constan en ellas, y de ellos resulta este desenlace.",
      en: "The evidence attached proves what is stated: the chain of records, the text and the operator's reports have the SHA-256 that it says, and this outcome follows from them.",
    },
    bad: {
      ca: "Les evidències adjuntes falten o no proven el que s’hi declara: algun SHA-256, el missatge o el desenllaç no hi concorda.",
      es: "Las evidencias adjuntas faltan o no prueban lo que se declara: algún SHA-256, el mensaje o el desenlace no concuerda con ellas.",
      en: "The evidence attached is missing or does not prove what is stated: a SHA-256, the message or the outcome does not agree with it.",
    },
  },
  sealTrusted: {
    good: {
      ca: "El certificat del segell és de confiança i era vigent quan es va segellar.",
      es: "El certificado del sello es de confianza y estaba vigente cuando se selló.",
      en: "The certificate of the seal is trusted and was valid at the time.",
    },
    bad: {
      ca: "El certificat del segell no és dels que es tenen per fiables, o no era vigent.",
      es: "El certificado del sello no es de los que se tienen por fiables, o no estaba vigente.",
      en: "The certificate of the seal is not a trusted one, or was not valid.",
    },
  },
  issuer: {
    good: {
      ca: "El segell és de l’entitat que el certificat declara com a emissora.",
      es: "El sello es de la entidad que el certificado declara como emisora.",
      en: "The seal is of the organisation that the certificate names as its issuer.",
    },
    bad: {
      ca: "El segell no és de l’entitat que el certificat declara com a emissora.",
      es: "El sello no es de la entidad que el certificado declara como emisora.",
      en: "The seal is not of the organisation that the certificate names as its issuer.",
    },
  },
  timeStampTrusted: {
    good: {
      ca: "L’autoritat del segell de temps és de confiança.",
      es: "La autoridad del sello de tiempo es de confianza.",
      en: "The time-stamp authority is trusted.",
    },
    bad: {
      ca: "L’autoritat del segell de temps no és de les que es tenen per fiables.",
      es: "La autoridad del sello de tiempo no es de las que se tienen por fiables.",
      en: "The time-stamp authority is not a trusted one.",
    },
  },
  status: {
    good: {
      ca: "El document porta la prova que els certificats no estaven revocats (PAdES B-LT).",
      es: "El documento lleva la prueba de que los certificados no estaban revocados (PAdES B-LT).",
      en: "The document carries the proof that the certificates were not revoked (PAdES B-LT).",
    },
    bad: {
      ca: "El document no porta la prova que els certificats no estaven revocats.",
      es: "El documento no lleva la prueba de que los certificados no estaban revocados.",
      en: "The document does not carry the proof that the certificates were not revoked.",
    },
  },
};
