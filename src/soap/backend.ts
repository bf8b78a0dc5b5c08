import type { Caller } from "../domain/entity.ts";
import type { CertificateKind } from "../domain/outcome.ts";
import type { Submission } from "../domain/submission.ts";
import type { Acceptance } from "../lifecycle/accept-submission.ts";
import type { Cancellation } from "../lifecycle/calls/cancel-message.ts";
import type { CertificateAnswer } from "../lifecycle/calls/fetch-certificate.ts";
import type { FoundPage, MessageSearch } from "../lifecycle/calls/search-messages.ts";
import type { MessageKey, StatusEntry } from "../lifecycle/calls/tell-status.ts";
import type { UsageRow } from "../store/parties/usage.ts";
import type { Anchored, SubjectName } from "../store/parties/anchors.ts";
import type { Credential } from "../store/parties/users.ts";

/** What stands behind the door: the lifecycle, and who may come in. */
export interface Backend {
  acceptSubmission(
    caller: Caller,
    submission: Submission,
    options: { readonly dryRun: boolean; readonly correlationId: string },
  ): Promise<Acceptance>;
  tellStatus(caller: Caller, keys: readonly MessageKey[]): Promise<readonly StatusEntry[]>;
  fetchCertificate(
    caller: Caller,
    key: MessageKey | { readonly csv: string },
    kind: CertificateKind | undefined,
  ): Promise<CertificateAnswer>;
  cancelMessage(caller: Caller, key: MessageKey): Promise<Cancellation>;
  searchMessages(caller: Caller, search: MessageSearch): Promise<FoundPage>;
  tellUsage(
    caller: Caller,
    period: { readonly from: string; readonly until: string },
  ): Promise<readonly UsageRow[]>;
  findCredential(username: string): Promise<Credential | undefined>;
  /** The user for whom an X.509 certificate stands, by its SHA-256 in hexadecimal. */
  findCertificate?(fingerprint: string): Promise<Credential | undefined>;
  /** The user for whom one of these names in a certificate stands, and whom the entity lets issue it. */
  findSubject?(names: readonly SubjectName[]): Promise<Anchored | undefined>;
  /** True when the nonce is new; it is then remembered until `expiresAt`, for every replica. */
  rememberNonce(
    used: { readonly username: string; readonly nonce: string; readonly expiresAt: Date },
    now: Date,
  ): Promise<boolean>;
}
