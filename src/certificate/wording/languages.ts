import type { Language } from "../../domain/words.ts";
import { ca } from "./ca.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { oc } from "./oc.ts";
import type { Wording } from "./wording.ts";

const WORDINGS: Readonly<Record<Language, Wording>> = { ca, es, oc, en };

export function wordingOf(language: Language): Wording {
  return WORDINGS[language];
}
