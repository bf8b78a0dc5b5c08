import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, type Child } from "./child.ts";
import { freePort } from "./free-port.ts";

/** Kannel 1.4.5: bearerbox as an ESME of an SMSC on loopback, and smsbox with its sendsms port. */
export interface Kannel {
  readonly sendUrl: string;
  readonly bearerbox: Child;
  stop(): Promise<void>;
}

export async function startKannel(smscPort: number, password: string): Promise<Kannel> {
  const folder = mkdtempSync(join(tmpdir(), "kannel-"));
  const [admin, smsboxPort, sendsms] = await Promise.all([freePort(), freePort(), freePort()]);
  const file = join(folder, "kannel.conf");
  writeFileSync(
    file,
    `group = core
admin-port = ${admin}
admin-interface = 127.0.0.1
admin-password = bar
smsbox-port = ${smsboxPort}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
box-deny-ip = *.*.*.*
store-type = file
store-location = ${join(folder, "store")}
dlr-storage = internal
sms-resend-retry = 0

group = smsc
smsc = smpp
smsc-id = OPERATOR
allowed-smsc-id = OPERATOR
host = 127.0.0.1
port = ${smscPort}
transceiver-mode = true
smsc-username = kannel
smsc-password = ${password}
system-type = ""
interface-version = 34
source-addr-autodetect = true
dest-addr-ton = 1
dest-addr-npi = 1
wait-ack = 5
wait-ack-expire = 0x02

group = smsbox
bearerbox-host = 127.0.0.1
smsbox-id = smsbox1
sendsms-port = ${sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 3
http-queue-delay = 1

group = sendsms-user
username = tester
password = foobar
forced-smsc = OPERATOR

group = sms-service
keyword = default
text = "none"
max-messages = 0
`,
  );
  const bearerbox = startChild("/usr/sbin/bearerbox", ["-v", "1", file]);
  await bearerbox.line(/bind_transceiver_resp|Connected|ready to receive|MAIN: Start-up done/i);
  const smsbox = startChild("/usr/sbin/smsbox", ["-v", "1", file]);
  await smsbox.line(/Connected to bearerbox|identification/i);
  const stopping = { begun: false };
  for (const { process: box, lines, name } of [
    { ...bearerbox, name: "bearerbox" },
    { ...smsbox, name: "smsbox" },
  ]) {
    box.once("exit", (code, signal) => {
      if (stopping.begun) return;
      console.error(`${name} ended by itself (${code ?? signal}):\n${lines.slice(-30).join("\n")}`);
    });
  }
  return {
    sendUrl: `http://127.0.0.1:${sendsms}/cgi-bin/sendsms`,
    bearerbox,
    stop: async () => {
      stopping.begun = true;
      await smsbox.stop();
      await bearerbox.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
