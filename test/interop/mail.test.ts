import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fastify from "fastify";
import PostalMime from "postal-mime";
import { confirmMailboxes } from "../../src/lifecycle/upkeep/confirm-mailboxes.ts";
import { recordBounces } from "../../src/lifecycle/upkeep/record-bounces.ts";
import { createBounceFolder } from "../../src/mail/bounce-folder.ts";
import { createSmtpMailer } from "../../src/mail/smtp-mailer.ts";
import { registerMailboxPage } from "../../src/portal/mailbox-page.ts";
import { authoriseMailbox, listMailboxes } from "../../src/store/parties/mailboxes.ts";
import { readDeadWork } from "../../src/store/work.ts";
import { startChild, type Child } from "../support/child.ts";
import { peer } from "../support/peers.ts";
import { startStory, type Story } from "../support/story.ts";

const PYTHON = "/usr/bin/python3";

/** Certificates by mail: our step against a mail server that is not ours, with TLS, a login and DKIM. */
peer(
  PYTHON,
  "/usr/lib/python3/dist-packages/aiosmtpd/smtp.py",
  "/usr/lib/python3/dist-packages/dkim/__init__.py",
  "openssl",
  "pdfsig",
)("mail", () => {
  let folder: string;
  let server: Child;
  let story: Story;
  let mailer: ReturnType<typeof createSmtpMailer>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sms-certificat-mail-"));
    const [key, crt, dkimKey] = ["key.pem", "cert.pem", "dkim.pem"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost " +
        "-addext subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout",
      key,
      "-out",
      crt,
    );
    openssl("genrsa", "-out", dkimKey, "2048");
    const publicKey = execFileSync(
      "openssl",
      ["rsa", "-in", dkimKey, "-pubout", "-outform", "DER"],
      { stdio: "pipe" },
    );
    writeFileSync(join(folder, "dkim.txt"), `v=DKIM1; k=rsa; p=${publicKey.toString("base64")}`);
    server = startChild(PYTHON, [join(import.meta.dirname, "smtp_server.py"), crt, key, folder]);
    const port = Number((await server.line(/^port (\d+)$/))[1]);
    mailer = createSmtpMailer({
      host: "127.0.0.1",
      port,
      tls: "starttls",
      ca: readFileSync(crt, "utf8"),
      username: "certsms",
      password: "secret",
      from: "certificats@example.cat",
      bounceAddress: "retorns@example.cat",
      dkim: {
        domainName: "example.cat",
        keySelector: "s1",
        privateKey: readFileSync(dkimKey, "utf8"),
      },
    });
    story = await startStory({ mailer });
  });
  afterAll(async () => {
    expect(await story.integrity()).toEqual([]);
    mailer.close();
    await server.stop();
    await story.close();
    rmSync(folder, { recursive: true });
  });

  function openssl(...words: string[]): void {
    const [first = "", ...rest] = words;
    execFileSync("openssl", [...first.split(" "), ...rest], { stdio: "ignore" });
  }

  const mails = (): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".eml"))
      .sort();
  const lastMail = async () => {
    const name = mails().at(-1)!;
    const raw = readFileSync(join(folder, name));
    const verdict = readFileSync(join(folder, name.replace(".eml", ".verdict")), "utf8");
    return { raw, verdict, mail: await PostalMime.parse(raw) };
  };

  async function authorise(address: string, how: { token: string } | "confirmed" = "confirmed") {
    const { context, caller, hands } = story;
    await authoriseMailbox(context.db, caller.user.userId, address, hands.clock.now(), how);
  }

  test("the certificate arrives, whole, and says nothing of anybody in its subject", async () => {
    await authorise("arxiu@example.org");
    await story.accept("mailed", "+34600100000", { mailbox: "Arxiu@example.org" });
    await story.pass();
    expect(mails()).toHaveLength(1);
    const { mail, raw, verdict } = await lastMail();
    expect(verdict).toBe("retorns@example.cat True True");
    expect(mail.subject).toBe("Teniu un certificat d'SMS");
    expect(mail.to?.[0]?.address).toBe("Arxiu@example.org");
    expect(mail.text).toContain("Referència: mailed");
    expect(mail.text).toContain("+34*******00");
    expect(mail.html).toContain('<html lang="ca">');
    expect(raw.toString()).not.toContain("600100000");
    const certificate = await story.certificate("mailed");
    const [attachment] = mail.attachments;
    const pdf = Buffer.from(attachment!.content as ArrayBuffer);
    if (certificate.state !== "issued") throw new Error("not issued");
    expect(pdf.equals(certificate.pdf)).toBe(true);
    const path = join(folder, "mailed.pdf");
    writeFileSync(path, pdf);
    expect(execFileSync("pdfsig", ["-nocert", path]).toString()).toContain("Signature is Valid.");
    const { history } = await story.status("mailed");
    expect(history.map(({ event }) => event).slice(-2)).toEqual([
      "CertificateIssued",
      "CertificateMailed",
    ]);
  });

  test("a busy server is tried again; nothing is mailed twice", async () => {
    await authorise("busy@example.org");
    const before = mails().length;
    await story.accept("busy", "+34600100000", { mailbox: "busy@example.org" });
    await story.pass();
    expect(mails()).toHaveLength(before);
    await story.pass(120_000);
    expect(mails()).toHaveLength(before + 1);
    await story.pass(24 * 3_600_000);
    expect(mails()).toHaveLength(before + 1);
  });

  test("a mailbox that the server refuses is marked, and a person sees what was given up", async () => {
    await authorise("refused@example.org");
    await story.accept("refused", "+34600100000", { mailbox: "refused@example.org" });
    await story.pass();
    const marked = (await listMailboxes(story.context.db, undefined)).find(
      ({ address }) => address === "refused@example.org",
    );
    expect(marked?.bouncedAt).toBeDefined();
    expect(marked?.bounceReason).toContain("5.1.1");
    expect(await readDeadWork(story.context.db)).toHaveLength(1);
    await expect(
      story.accept("again", "+34600100000", { mailbox: "refused@example.org" }),
    ).rejects.toMatchObject({ code: "MailboxNotAuthorised" });
  });

  test("a mailbox receives nothing before its link is followed and the button pressed", async () => {
    await authorise("nova@example.org", { token: "a-token-of-the-test" });
    const refuse = story.accept("too-soon", "+34600100000", { mailbox: "nova@example.org" });
    await expect(refuse).rejects.toMatchObject({ code: "MailboxNotAuthorised" });
    expect(await confirmMailboxes(story.context)).toBe(1);
    expect(await confirmMailboxes(story.context)).toBe(0);
    const { mail } = await lastMail();
    const link = /http\S+\/bustia\/\S+/.exec(mail.text ?? "")?.[0] ?? "";
    const path = new URL(link).pathname;

    const portal = fastify();
    registerMailboxPage(portal, story.context);
    const read = await portal.inject({ url: path });
    expect(read.body).toContain("n…a@example.org");
    expect((await portal.inject({ url: "/bustia/another" })).statusCode).toBe(404);
    const stillUnconfirmed = story.accept("x", "+34600100000", { mailbox: "nova@example.org" });
    await expect(stillUnconfirmed).rejects.toMatchObject({ code: "MailboxNotAuthorised" });
    const press = {
      method: "POST",
      url: path,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: "",
    } as const;
    expect((await portal.inject(press)).statusCode).toBe(200);
    expect((await portal.inject(press)).statusCode).toBe(404);
    await portal.close();
    const accepted = story.accept("confirmed", "+34600100000", { mailbox: "nova@example.org" });
    await expect(accepted).resolves.toMatchObject({ stage: "accepted" });
  });

  test("a report of our own mail marks the mailbox; one that anybody could write does not", async () => {
    await authorise("torna@example.org");
    const { messageId } = await story.accept("bounced", "+34600100000", {
      mailbox: "torna@example.org",
    });
    await story.pass();
    const drop = join(folder, "drop");
    mkdirSync(drop);
    const box = createBounceFolder(drop);
    const bounced = async () =>
      (await listMailboxes(story.context.db, undefined)).find(
        ({ address }) => address === "torna@example.org",
      )?.bouncedAt;
    writeFileSync(
      join(drop, "forged"),
      report("torna@example.org", "01900000-0000-7000-8000-000000000000.positive"),
    );
    writeFileSync(join(drop, "spam"), "Subject: buy\r\n\r\nnow");
    expect(await recordBounces(story.context, box)).toBe(2);
    expect(await bounced()).toBeUndefined();
    writeFileSync(join(drop, "real"), report("torna@example.org", `${messageId!}.positive`));
    expect(await recordBounces(story.context, box)).toBe(1);
    expect(await bounced()).toBeDefined();
    expect(existsSync(join(drop, "handled", "real"))).toBe(true);
    expect(existsSync(join(drop, "unreadable", "spam"))).toBe(true);
  });
});

/** As Postfix writes it (RFC 3464). */
function report(recipient: string, id: string): string {
  return [
    "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)",
    "To: retorns@example.cat",
    "Subject: Undelivered Mail Returned to Sender",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
    "",
    "--B",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    "I'm sorry to have to inform you that your message could not be delivered.",
    "",
    "--B",
    "Content-Description: Delivery report",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.org",
    "Arrival-Date: Tue, 24 Nov 2026 10:00:00 +0100 (CET)",
    "",
    `Final-Recipient: rfc822; ${recipient}`,
    `Original-Recipient: rfc822;${recipient}`,
    "Action: failed",
    "Status: 5.2.2",
    "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full",
    "",
    "--B",
    "Content-Description: Undelivered Message Headers",
    "Content-Type: text/rfc822-headers",
    "",
    "Return-Path: <retorns@example.cat>",
    `Message-ID: <${id}@example.cat>`,
    "Subject: Teniu un certificat d'SMS",
    "",
    "--B--",
    "",
  ].join("\r\n");
}
