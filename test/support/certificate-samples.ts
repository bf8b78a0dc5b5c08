import { prepareLogo } from "../../src/certificate/logo/prepare-logo.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import { LANGUAGES } from "../../src/domain/words.ts";
import { certificateFacts } from "./certificate-facts.ts";
import { shield } from "./png.ts";
import {
  answerLost,
  attempt,
  givenUp,
  handedOver,
  relayed,
  reported,
  toldFacts,
} from "./told-facts.ts";

/** Text of every script that has a font, and one that has none. */
const MANY_SCRIPTS =
  "Català: l’àvia, el col·legi, ç, ñ, ¿què? 3 € · Ελληνικά · Русский · العربية مرحبا 123 · 日本語と中文 · हिन्दी · " +
  "עברית שלום · 👋🏽 👨‍👩‍👧‍👦 🇪🇸 ❤️ ☎ · தமிழ் · fi ffi\nSegona línia";

/** The certificates of each kind and language that are kept as samples, by name of file. */
export function samples(): ReadonlyMap<string, CertificateFacts> {
  const all = new Map<string, CertificateFacts>();
  for (const language of LANGUAGES) {
    for (const kind of ["positive", "negative", "corrective"] as const) {
      all.set(`${kind}-${language}`, certificateFacts({ kind, language }));
    }
  }
  all.set(
    "two-segments-ca",
    certificateFacts({
      segments: 2,
      text: `${certificateFacts().message.text} Si no la consulteu en deu dies naturals, s’entendrà rebutjada i el procediment continuarà.`,
    }),
  );
  all.set("decided-ca", certificateFacts({ conflict: true }));
  all.set(
    "decided-es",
    certificateFacts({ conflict: true, kind: "negative", language: "es", reason: "contradicted" }),
  );
  all.set(
    "by-number-ca",
    toldFacts({ segments: 2 }, [
      attempt(2),
      answerLost(1),
      reported(8, "DELIVERED"),
      reported(9, "DELIVERED", { segment: 2, matchedBy: "recipient" }),
      handedOver(130, 9),
    ]),
  );
  all.set(
    "partly-ca",
    toldFacts({ kind: "negative", segments: 3 }, [
      attempt(3),
      relayed(3),
      reported(8, "DELIVERED"),
      reported(9, "EXPIRED", { segment: 2 }),
      givenUp("expired"),
    ]),
  );
  all.set("spaces-es", certificateFacts({ language: "es", text: "   \n " }));
  all.set(
    "logo-ca",
    certificateFacts({ logo: prepareLogo(shield(), "Escut de Vilanova de la Serra") }),
  );
  all.set("scripts-ca", certificateFacts({ text: MANY_SCRIPTS, segments: 4 }));
  all.set(
    "long-en",
    certificateFacts({
      language: "en",
      segments: 10,
      text: "The college «Sant Jordi» calls you to the assembly of families. ".repeat(23),
    }),
  );
  return all;
}
