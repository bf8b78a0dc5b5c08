import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);

/** What the S3 door of a Ceph cluster of one machine takes. */
export interface ObjectServer {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: "sms-certificat", secretAccessKey: "secret-of-the-test" };

/**
 * Ceph from Debian, whole, on the loopback: one monitor, one OSD that keeps everything in memory, and
 * the RADOS gateway. It takes some twelve seconds and ends with this process.
 */
export async function startRadosgw(): Promise<ObjectServer> {
  const place = await mkdtemp(join(tmpdir(), "sms-certificat-ceph-"));
  const [monitor, port] = [await freePort(), await freePort()];
  await Promise.all(["mon", "osd", "run"].map((name) => mkdir(join(place, name))));
  const config = join(place, "ceph.conf");
  const fsid = randomUUID();
  await writeFile(config, configuration({ place, fsid, monitor, port }));
  const keyring = join(place, "keyring");
  const map = join(place, "monmap");
  const daemons: ChildProcess[] = [];
  /** Ends with this process, whatever happens to it. */
  const daemon = (name: string, ...words: string[]): void => {
    const args = ["--pdeathsig", "KILL", name, "-c", config, ...words, "-f"];
    daemons.push(spawn("setpriv", args, { stdio: "ignore" }));
  };
  const ceph = (program: string, ...words: string[]): Promise<unknown> =>
    run(program, ["-c", config, ...words], { timeout: 60_000 });
  const stop = async (): Promise<void> => {
    const ended = daemons.map(
      (child) => new Promise<void>((resolve) => child.once("exit", () => resolve())),
    );
    for (const child of daemons) child.kill("SIGKILL");
    await Promise.all(ended);
    await rm(place, { recursive: true, force: true });
  };
  try {
    await run("ceph-authtool", ["--create-keyring", keyring, "--gen-key", "-n", "mon."]);
    const address = `[v2:127.0.0.1:${monitor}]`;
    await run("monmaptool", ["--create", "--fsid", fsid, "--addv", "a", address, map]);
    await ceph("ceph-mon", "-i", "a", "--mkfs", "--monmap", map, "--keyring", keyring);
    daemon("ceph-mon", "-i", "a");
    await ceph("ceph", "osd", "create");
    await ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", randomUUID());
    await ceph("ceph", "osd", "crush", "add", "osd.0", "1", "host=here", "root=default");
    daemon("ceph-osd", "-i", "0");
    daemon("radosgw", "-n", "client.rgw");
    const endpoint = `http://127.0.0.1:${port}`;
    await ceph(
      "radosgw-admin",
      ...["-n", "client.rgw", "user", "create", "--uid=test", "--display-name=test"],
      `--access-key=${CREDENTIALS.accessKeyId}`,
      `--secret-key=${CREDENTIALS.secretAccessKey}`,
    );
    await answers(endpoint);
    return { endpoint, ...CREDENTIALS, stop };
  } catch (error) {
    const log = await readFile(join(place, "client.rgw.log"), "utf8").catch(() => "");
    await stop();
    throw new Error(`radosgw did not start: ${log.slice(-2000)}`, { cause: error });
  }
}

async function answers(endpoint: string): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  for (;;) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    if (performance.now() > giveUpAt) throw new Error(`${endpoint} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Without authentication between the daemons the gateway needs `crc` allowed towards the monitor. */
function configuration(at: {
  readonly place: string;
  readonly fsid: string;
  readonly monitor: number;
  readonly port: number;
}): string {
  const { place, fsid, monitor, port } = at;
  return `[global]
fsid = ${fsid}
mon host = v2:127.0.0.1:${monitor}
mon initial members = a
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms bind ipv6 = false
ms mon client mode = crc secure
ms mon cluster mode = crc secure
ms mon service mode = crc secure
run dir = ${place}/run
admin socket =
pid file =
log file = ${place}/$name.log
keyring = ${place}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
osd crush chooseleaf type = 0
mon data avail crit = 0
mon data avail warn = 0
[mon.a]
mon data = ${place}/mon
[osd.0]
osd data = ${place}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
osd class load list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw run sync thread = false
`;
}
