#!/bin/sh
# SendCertifiedSms__accepted: answers SendCertifiedSmsResponse.
# Made from test/contract by UPDATE_CONTRACT=1 npm test -- test/contract/made
# SECRET is what scripts/demo --keep prints, for its user demo; SMS_USERNAME names another.
set -eu
URL=${URL:-http://127.0.0.1:8080/ws/sms-certificat}
SMS_USERNAME=${SMS_USERNAME:-demo}
: "${SECRET:?the secret of the user}"

curl --silent --show-error "$URL" \
  --header 'Content-Type: text/xml; charset=utf-8' \
  --header 'SOAPAction: "urn:sms-certificat:v1/SendCertifiedSms"' \
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
    <SendCertifiedSms xmlns="urn:sms-certificat:v1">
      <clientReference>2026-1234-notificacio-1</clientReference>
      <recipient>
        <msisdn>+34600100000</msisdn>
      </recipient>
      <text>Teniu una notificació nova a la seu electrònica.</text>
    </SendCertifiedSms>
  </soap:Body>
</soap:Envelope>
XML
