import type { Caller } from "../domain/entity.ts";
import type { MessageId } from "../domain/ids.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { LifecycleContext } from "./context.ts";
import type { MessageKey } from "./tell-status.ts";

export type CertificateAnswer =
  | {
      readonly state: "issued";
      readonly messageId: MessageId;
      readonly kind: CertificateKind;
      readonly issuedAt: Date;
      readonly retainUntil: Date;
      readonly sha256: string;
      readonly csv: string;
      readonly verificationUrl: string;
      readonly pdf: Buffer;
    }
  | {
      /** Not yet is an answer, never a fault. */
      readonly state: "pending";
      readonly messageId: MessageId;
      readonly expectedBy: Date;
    };

/**
 * The certificate of a message; the latest one when no kind is asked for.
 *
 * @throws ServiceError MessageNotFound when the caller has no such message or code
 */
export function fetchCertificate(
  _context: LifecycleContext,
  _caller: Caller,
  _key: MessageKey | { readonly csv: string },
  _kind?: CertificateKind,
): Promise<CertificateAnswer> {
  throw new Error("being written");
}
