/** A sentence for users. Catalan comes first: it is the language of the service. */
export interface Words {
  readonly ca: string;
  readonly es: string;
  readonly en: string;
}

/** Languages of a certificate: Catalan, Spanish, Occitan (Aranese), English. */
export const LANGUAGES = ["ca", "es", "oc", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
