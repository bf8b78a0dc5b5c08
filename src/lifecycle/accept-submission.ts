import type { Encoding } from "../domain/content.ts";
import type { Caller } from "../domain/entity.ts";
import type { MessageId } from "../domain/ids.ts";
import type { Stage } from "../domain/message.ts";
import type { Submission } from "../domain/submission.ts";
import type { LifecycleContext } from "./context.ts";

/** The answer to a submission. */
export interface Acceptance {
  /** Absent from a dry run: nothing was taken charge of. */
  readonly messageId: MessageId | undefined;
  readonly stage: Stage["name"];
  readonly acceptedAt: Date;
  readonly receiptDeadline: Date;
  readonly encoding: Encoding;
  readonly segments: number;
  /** The characters that forced UCS-2. */
  readonly unicodeCharacters: readonly string[];
  /** Units that the entity pays for: segments, and certificates. */
  readonly charge: { readonly sms: number; readonly certificate: number };
}

/** Step 1. */
export function acceptSubmission(
  _context: LifecycleContext,
  _caller: Caller,
  _submission: Submission,
  _options: { readonly dryRun: boolean },
): Promise<Acceptance> {
  throw new Error("being written");
}
