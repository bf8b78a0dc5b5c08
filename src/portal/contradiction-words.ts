import type { Contradiction } from "../domain/contradiction.ts";
import type { Words } from "../domain/words.ts";

/**
 * What the public page says beside a certificate that a later report speaks against. Who has decided
 * and why stays between the service and the entity.
 *
 * @param written an instant as the page shows it
 */
export function contradictionWords(
  contradiction: Contradiction,
  written: (at: Date) => string,
): Words {
  const reported = written(contradiction.reportedAt);
  switch (contradiction.kind) {
    case "open":
      return {
        ca: `Atenció: el ${reported} va arribar un avís de l'operador que el contradiu i que el certificat no recull. Encara no s'ha resolt què val.`,
        es: `Atención: el ${reported} llegó un aviso del operador que lo contradice y que el certificado no recoge. Aún no se ha resuelto qué vale.`,
        en: `Note: on ${reported} a report of the operator arrived that contradicts it and that the certificate does not tell. It has not been decided yet which holds.`,
      };
    case "upheld": {
      const decided = written(contradiction.decidedAt);
      return {
        ca: `Atenció: el ${reported} va arribar un avís de l'operador que el contradiu i que el certificat no recull; el ${decided} es va resoldre que el certificat es manté.`,
        es: `Atención: el ${reported} llegó un aviso del operador que lo contradice y que el certificado no recoge; el ${decided} se resolvió que el certificado se mantiene.`,
        en: `Note: on ${reported} a report of the operator arrived that contradicts it and that the certificate does not tell; on ${decided} it was decided that the certificate holds.`,
      };
    }
    case "refuted": {
      const decided = written(contradiction.decidedAt);
      const { ca, es, en } = REFUTED[contradiction.stated];
      return {
        ca: `Atenció: el ${reported} va arribar un avís de l'operador que el contradiu i que el certificat no recull; el ${decided} es va resoldre que NO acredita ${ca}.`,
        es: `Atención: el ${reported} llegó un aviso del operador que lo contradice y que el certificado no recoge; el ${decided} se resolvió que NO acredita ${es}.`,
        en: `Note: on ${reported} a report of the operator arrived that contradicts it and that the certificate does not tell; on ${decided} it was decided that it does NOT prove ${en}.`,
      };
    }
    case "lateDelivery":
      return {
        ca: `Atenció: el ${reported} l'operador va informar del lliurament, sense cap data que el situï dins del termini: el certificat no es corregeix.`,
        es: `Atención: el ${reported} el operador informó de la entrega, sin ninguna fecha que la sitúe dentro del plazo: el certificado no se corrige.`,
        en: `Note: on ${reported} the operator reported the delivery, without a date that puts it within the period: the certificate is not corrected.`,
      };
  }
}

const REFUTED = {
  delivered: { ca: "el lliurament", es: "la entrega", en: "the delivery" },
  notDelivered: { ca: "que no es lliurés", es: "que no se entregara", en: "the non-delivery" },
} as const;
