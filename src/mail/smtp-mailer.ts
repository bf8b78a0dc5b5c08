import { createTransport } from "nodemailer";
import type { Mailer, MailAnswer } from "../lifecycle/ports.ts";
import { certificateMail } from "./certificate-mail.ts";
import type { ComposedMail } from "./compose.ts";
import { confirmationMail } from "./confirmation-mail.ts";
import { warningMail } from "./warning-mail.ts";

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** From the first byte, or by STARTTLS, which is demanded; `off` for a server on loopback. */
  readonly tls: "implicit" | "starttls" | "off";
  /** PEM; the authorities of the system when undefined. */
  readonly ca: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly from: string;
  /** Where the mail servers send what cannot be delivered. */
  readonly bounceAddress: string;
  readonly dkim:
    | { readonly domainName: string; readonly keySelector: string; readonly privateKey: string }
    | undefined;
}

/** Milliseconds: a silent server holds up nobody for longer. */
const PATIENCE = 30_000;

/**
 * Mail over SMTP (RFC 5321), with STARTTLS demanded (RFC 3207) or TLS from the first byte, and the
 * certificate of the server verified. The library may read no file and no address.
 */
export function createSmtpMailer(settings: SmtpSettings): Mailer & { close(): void } {
  const { host, port, tls, ca, username, password, from, bounceAddress, dkim } = settings;
  const transport = createTransport({
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "off",
    tls: { minVersion: "TLSv1.2", ...(ca !== undefined && { ca }) },
    ...(username !== undefined && { auth: { user: username, pass: password ?? "" } }),
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(dkim && { dkim }),
  });
  const domain = from.slice(from.indexOf("@") + 1);

  async function send(mail: ComposedMail): Promise<MailAnswer> {
    try {
      const sent = await transport.sendMail({
        from,
        to: { name: "", address: mail.to },
        envelope: { from: bounceAddress, to: [mail.to] },
        messageId: `<${mail.id}@${domain}>`,
        date: mail.at,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        // RFC 3834: no out-of-office answer to this.
        headers: { "auto-submitted": "auto-generated", "content-language": mail.language },
        attachments: mail.attachments.map(({ name, type, content }) => ({
          filename: name,
          contentType: type,
          content,
        })),
      });
      return { kind: "taken", reply: readable(sent.response) };
    } catch (error) {
      return answerOf(error);
    }
  }

  return {
    sendCertificate: (mail) => send(certificateMail(mail)),
    sendConfirmation: (mail) => send(confirmationMail(mail)),
    sendWarning: (mail) => send(warningMail(mail)),
    close: () => {
      transport.close();
    },
  };
}

/** Only what the server says of the recipient is for good; everything else may be mended. */
function answerOf(error: unknown): MailAnswer {
  const { responseCode, command, response, message } = error as {
    readonly responseCode?: number;
    readonly command?: string;
    readonly response?: string;
    readonly message?: string;
  };
  const refused = responseCode !== undefined && responseCode >= 500 && command === "RCPT TO";
  const cause = readable(response ?? message ?? String(error));
  return refused ? { kind: "refused", reply: cause } : { kind: "failed", cause };
}

/** Control characters, which neither a column nor a line of the log can hold, as blanks. */
function readable(reply: string): string {
  return reply.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
}
