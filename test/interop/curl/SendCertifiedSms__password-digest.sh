#!/bin/sh
# SendCertifiedSms__password-digest: answers SendCertifiedSmsResponse.
# Made from test/contract by UPDATE_CONTRACT=1 npm test -- test/contract/made
# SECRET is what scripts/demo --keep prints, for its user demo; SMS_USERNAME names another.
set -eu
URL=${URL:-http://127.0.0.1:8080/ws/sms-certificat}
SMS_USERNAME=${SMS_USERNAME:-demo}
: "${SECRET:?the secret of the user}"
NONCE=$(openssl rand -base64 16)
CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)
DIGEST=$({ echo "$NONCE" | openssl base64 -d; printf %s "$CREATED$SECRET"; } |
  openssl sha1 -binary | openssl base64)

curl --silent --show-error "$URL" \
  --header 'Content-Type: text/xml; charset=utf-8' \
  --header 'SOAPAction: "urn:sms-certificat:v1/SendCertifiedSms"' \
  --data-binary @- <<XML
<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Header>
    <wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" soap:mustUnderstand="1">
      <wsse:UsernameToken>
        <wsse:Username>$SMS_USERNAME</wsse:Username>
        <wsse:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest">$DIGEST</wsse:Password>
        <wsse:Nonce EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">$NONCE</wsse:Nonce>
        <wsu:Created>$CREATED</wsu:Created>
      </wsse:UsernameToken>
    </wsse:Security>
  </soap:Header>
  <soap:Body>
    <SendCertifiedSms xmlns="urn:sms-certificat:v1">
      <clientReference>digest-1</clientReference>
      <recipient>
        <msisdn>+34600100000</msisdn>
      </recipient>
      <text>Teniu una notificació nova a la seu electrònica.</text>
    </SendCertifiedSms>
  </soap:Body>
</soap:Envelope>
XML
