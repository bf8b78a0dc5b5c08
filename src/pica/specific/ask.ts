import type { CertificateKind } from "../../domain/outcome.ts";
import type { Language } from "../../domain/words.ts";

/** How a message is named in specific data. */
export type Key =
  | { readonly idMissatge: string }
  | { readonly idPeticio: string; readonly idSolicitud: string }
  | { readonly referencia: string };

/** What specific data that follow their schema ask for; nothing but JSON. */
export type Ask =
  | {
      readonly operation: "Enviament";
      readonly telefon: string;
      readonly nom?: string | undefined;
      readonly document?: string | undefined;
      readonly text: string;
      readonly remitent?: string | undefined;
      readonly idioma?: Language | undefined;
      readonly expedient?: string | undefined;
      readonly centreCost?: string | undefined;
      /** ISO 8601, UTC. */
      readonly dataProgramada?: string | undefined;
      readonly bustiaCorreu?: string | undefined;
      readonly assaig: boolean;
    }
  | { readonly operation: "Estat"; readonly keys: readonly Key[] }
  | {
      readonly operation: "Certificat";
      readonly key: Key | { readonly csv: string };
      readonly kind?: CertificateKind | undefined;
      readonly format: "PDF" | "URL";
    };
