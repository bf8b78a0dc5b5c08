import { DOOR_PATH } from "../contract.ts";
import { escapeAttribute, escapeText } from "../xml/write.ts";

/** A short page for the person who opens the address of the service in a browser. */
export function homePage(publicUrl: string): string {
  const address = `${publicUrl}${DOOR_PATH}`;
  const example = `curl -s '${address}' -H 'Content-Type: text/xml; charset=utf-8' -d @- <<'XML'
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Header>
    <wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">
      <wsse:UsernameToken>
        <wsse:Username>USUARI</wsse:Username>
        <wsse:Password>SECRET</wsse:Password>
      </wsse:UsernameToken>
    </wsse:Security>
  </soap:Header>
  <soap:Body>
    <GetStatus xmlns="urn:sms-certificat:v1">
      <message><clientReference>LA-VOSTRA-REFERÈNCIA</clientReference></message>
    </GetStatus>
  </soap:Body>
</soap:Envelope>
XML`;
  const wsdl = escapeAttribute(`${address}?wsdl`);
  return `<!doctype html>
<html lang="ca">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>SMS certificats</title>
<style>body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{overflow:auto;background:#f3f3f3;padding:1rem}</style>
<h1>SMS certificats</h1>
<p>Servei SOAP 1.1 i 1.2 que envia SMS i en certifica l'enviament, el contingut i el lliurament.</p>
<ul>
<li>Contracte (WSDL): <a href="${wsdl}">${wsdl}</a></li>
<li>Adreça de les crides: <code>${escapeText(address)}</code></li>
<li><a href="${escapeAttribute(`${publicUrl}/verifica`)}">Verificar un certificat</a></li>
</ul>
<p>Una crida:</p>
<pre>${escapeText(example)}</pre>
<p lang="es">Servicio SOAP que envía SMS y certifica su envío, contenido y entrega; el contrato está en el enlace.</p>
<p lang="en">A SOAP service that sends SMS and certifies their sending, content and delivery; the contract is behind the link.</p>
</html>
`;
}
