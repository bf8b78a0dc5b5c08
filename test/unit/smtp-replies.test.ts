import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { MailAnswer } from "../../src/lifecycle/ports.ts";
import { createSmtpMailer } from "../../src/mail/smtp-mailer.ts";

/** Mail that a server answers with these lines, command by command, after its greeting and EHLO. */
async function answerTo(replies: Readonly<Record<string, string>>): Promise<MailAnswer> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("220 mx.example.org ESMTP\r\n");
    let body = false;
    socket.on("data", (chunk) => {
      const text = chunk.toString();
      if (body && !text.endsWith("\r\n.\r\n")) return;
      const command = body ? "." : (/^[A-Z]+/.exec(text)?.[0] ?? "");
      body = command === "DATA";
      socket.write(`${replies[command] ?? (body ? "354 go on" : "250 well")}\r\n`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const mailer = createSmtpMailer({
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    tls: "off",
    ca: undefined,
    username: undefined,
    password: undefined,
    dkim: undefined,
    from: "certificats@example.cat",
    bounceAddress: "retorns@example.cat",
  });
  try {
    return await mailer.sendConfirmation({
      id: "mailbox.x",
      to: "maria@example.org",
      at: new Date("2026-11-02T09:30:00.000Z"),
      link: "https://example.cat/bustia/x",
      entityName: "Ajuntament",
      username: "backoffice",
      validUntil: new Date("2026-11-09T09:30:00.000Z"),
      language: "ca",
    });
  } finally {
    mailer.close();
    server.close();
  }
}

test("a reply is kept in characters that a column and a line can hold", async () => {
  expect(await answerTo({ ".": "250 queued\0as 1\u007f" })).toEqual({
    kind: "taken",
    reply: "250 queued as 1",
  });
  expect(await answerTo({ RCPT: "550 5.1.1 no\0\u0001body" })).toEqual({
    kind: "refused",
    reply: "550 5.1.1 no body",
  });
});
