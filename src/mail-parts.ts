import type { BounceBox } from "./lifecycle/ports.ts";
import { createBounceFolder } from "./mail/bounce-folder.ts";
import { createSmtpMailer } from "./mail/smtp-mailer.ts";
import type { Settings } from "./settings.ts";

/** How mail leaves, and where what could not be delivered comes back; undefined when none is set. */
export function createMail({ mail }: Settings):
  | {
      readonly mailer: ReturnType<typeof createSmtpMailer>;
      readonly bounces: BounceBox | undefined;
    }
  | undefined {
  if (!mail) return undefined;
  const { bounceDirectory } = mail;
  return {
    mailer: createSmtpMailer(mail),
    bounces: bounceDirectory === undefined ? undefined : createBounceFolder(bounceDirectory),
  };
}
