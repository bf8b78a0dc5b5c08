import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startChild, type Child } from "./child.ts";

/**
 * HAProxy in front of replicas, as the README's Operations tells: it asks each for its readiness and
 * goes elsewhere when a connection is refused. It never repeats a call that was sent. Three checks in
 * quick succession have to fail: on a busy machine one that is slow must not take out the last replica.
 */
export async function startBalancer(
  directory: string,
  port: number,
  replicas: readonly number[],
): Promise<Child> {
  const servers = replicas.map((each, n) => `  server replica-${n + 1} 127.0.0.1:${each} check`);
  const path = join(directory, "haproxy.cfg");
  await writeFile(
    path,
    `global
  maxconn 500
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 3s
  retries 3
  option redispatch 1
frontend callers
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk GET /health/ready
  default-server inter 500ms fastinter 100ms fall 3 rise 1
${servers.join("\n")}
`,
  );
  return startChild("haproxy", ["-db", "-f", path]);
}
