import { SENDABLE, type Sendable } from "./cases.ts";

/** The files of test/interop/curl by name. */
export function curlFiles(): ReadonlyMap<string, string> {
  return new Map(SENDABLE.map((sendable) => [`${sendable.name}.sh`, curlFile(sendable)]));
}

const ADDRESS = "http://127.0.0.1:8080/ws/sms-certificat";

function curlFile({ name, operation, fault, digest, soap12, request }: Sendable): string {
  const answer = fault === undefined ? `${operation}Response` : `a fault, ${fault}`;
  const action = `urn:sms-certificat:v1/${operation}`;
  const type = soap12
    ? `application/soap+xml; charset=utf-8; action="${action}"`
    : "text/xml; charset=utf-8";
  const headers = [`--header 'Content-Type: ${type}'`];
  if (!soap12) headers.push(`--header 'SOAPAction: "${action}"'`);
  // In the text that the shell fills in, these would mean something to it.
  const xml = request
    .trim()
    .replace(/[\\$`]/g, "\\$&")
    .replace(/<wsse:Username>(demo|accountant)</, "<wsse:Username>$USERNAME<")
    .replace(">demo-secret<", ">$SECRET<")
    .replace("{{nonce}}", "$NONCE")
    .replace("{{created}}", "$CREATED")
    .replace("{{digest}}", "$DIGEST");
  return `#!/bin/sh
# ${name}: answers ${answer}.
# Made from test/contract by UPDATE_CONTRACT=1 npm test -- test/contract/made
# USERNAME and SECRET are those that scripts/demo --keep prints.
set -eu
URL=\${URL:-${ADDRESS}}
USERNAME=\${USERNAME:-demo}
: "\${SECRET:?the secret of the user}"
${digest ? DIGEST : ""}
curl --silent --show-error "$URL" \\
  ${headers.join(" \\\n  ")} \\
  --data-binary @- <<XML
${xml}
XML
`;
}

/** WS-Security UsernameToken Profile 1.1, 3.1. */
const DIGEST = `NONCE=$(openssl rand -base64 16)
CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)
DIGEST=$({ echo "$NONCE" | openssl base64 -d; printf %s "$CREATED$SECRET"; } |
  openssl sha1 -binary | openssl base64)
`;
