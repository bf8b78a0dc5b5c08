#!/bin/sh
# GetCertificate__saved [REFERENCE [FILE]]: saves the PDF of a message that was sent with this reference.
# Made from test/contract by UPDATE_CONTRACT=1 npm test -- test/contract/made
# SECRET is what scripts/demo --keep prints, for its user demo; SMS_USERNAME names another.
set -eu
URL=${URL:-http://127.0.0.1:8080/ws/sms-certificat}
SMS_USERNAME=${SMS_USERNAME:-demo}
: "${SECRET:?the secret of the user}"
REFERENCE=${1:-demo-lliurat}
FILE=${2:-certificat.pdf}

ANSWER=$(
curl --silent --show-error "$URL" \
  --header 'Content-Type: text/xml; charset=utf-8' \
  --header 'SOAPAction: "urn:sms-certificat:v1/GetCertificate"' \
  --data-binary @- <<XML
<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Header>
    <wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" soap:mustUnderstand="1">
      <wsse:UsernameToken>
        <wsse:Username>$SMS_USERNAME</wsse:Username>
        <wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">$SECRET</wsse:Password>
      </wsse:UsernameToken>
    </wsse:Security>
  </soap:Header>
  <soap:Body>
    <GetCertificate xmlns="urn:sms-certificat:v1">
      <clientReference>$REFERENCE</clientReference>
    </GetCertificate>
  </soap:Body>
</soap:Envelope>
XML
)

part() { printf '%s' "$ANSWER" | tr -d '\n' | sed -n "s:.*<$1>\([^<]*\)</$1>.*:\1:p"; }
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
