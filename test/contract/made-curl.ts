import { read, SENDABLE, type Sendable } from "./cases.ts";

/** The files of test/interop/curl by name. */
export function curlFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...SENDABLE.map((sendable): [string, string] => [`${sendable.name}.sh`, curlFile(sendable)]),
    [`${SAVED}.sh`, savingFile()],
  ]);
}

const SAVED = "GetCertificate__saved";
const ADDRESS = "http://127.0.0.1:8080/ws/sms-certificat";

function curlFile({ name, operation, fault, digest, soap12, request }: Sendable): string {
  const answer = fault === undefined ? `${operation}Response` : `a fault, ${fault}`;
  return `${head(`${name}: answers ${answer}.`)}${digest ? DIGEST : ""}
${curl(operation, soap12, request)}`;
}

/** For whoever wants the document rather than the answer. */
function savingFile(): string {
  const request = read("GetCertificate__positive", "request.xml") ?? "";
  const asked = request.replace(/(<clientReference>)[^<]*/, "$1{{reference}}");
  return `${head(`${SAVED} [REFERENCE [FILE]]: saves the PDF of a message that was sent with this reference.`)}REFERENCE=\${1:-demo-lliurat}
FILE=\${2:-certificat.pdf}

ANSWER=$(
${curl("GetCertificate", false, asked)})

part() { printf '%s' "$ANSWER" | tr -d '\\n' | sed -n "s:.*<$1>\\([^<]*\\)</$1>.*:\\1:p"; }
if [ -z "$(part pdf)" ]; then
  echo "$ANSWER" >&2
  exit 1
fi
part pdf | openssl base64 -d -A >"$FILE"
[ "$(openssl dgst -sha256 -r "$FILE" | cut -d ' ' -f 1)" = "$(part sha256)" ] || {
  echo "$FILE is not the file that the service states" >&2
  exit 1
}
echo "saved $FILE, SHA-256 as stated: $(part sha256)"
`;
}

function head(what: string): string {
  return `#!/bin/sh
# ${what}
# Made from test/contract by UPDATE_CONTRACT=1 npm test -- test/contract/made
# SECRET is what scripts/demo --keep prints, for its user demo; SMS_USERNAME names another.
set -eu
URL=\${URL:-${ADDRESS}}
SMS_USERNAME=\${SMS_USERNAME:-demo}
: "\${SECRET:?the secret of the user}"
`;
}

function curl(operation: string, soap12: boolean, request: string): string {
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
    .replace(/<wsse:Username>(demo|accountant)</, "<wsse:Username>$SMS_USERNAME<")
    .replace(">demo-secret<", ">$SECRET<")
    .replace("{{nonce}}", "$NONCE")
    .replace("{{created}}", "$CREATED")
    .replace("{{digest}}", "$DIGEST")
    .replace("{{reference}}", "$REFERENCE");
  return `curl --silent --show-error "$URL" \\
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
