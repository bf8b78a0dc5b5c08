"""zeep signs what it asks and verifies the signature of every answer, faults too."""
import json
import sys
from datetime import datetime, timedelta, timezone

import xmlsec
from lxml import etree
from zeep import Client
from zeep.exceptions import Fault, SignatureVerificationFailed
from zeep.wsse.signature import BinarySignature, verify_envelope
from zeep.wsse.utils import WSU, get_security_header

url, key, certificate, server_certificate, other_certificate = sys.argv[1:6]
seen = []


class Both(BinarySignature):
    trusted = server_certificate

    def apply(self, envelope, headers):
        now = datetime.now(timezone.utc)
        stamp = WSU.Timestamp()
        stamp.append(WSU.Created(now.strftime("%Y-%m-%dT%H:%M:%SZ")))
        stamp.append(WSU.Expires((now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")))
        get_security_header(envelope).append(stamp)
        signed = super().apply(envelope, headers)
        self.sent = envelope.findtext(".//{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
        return signed

    def verify(self, envelope):
        verify_envelope(envelope, self.trusted)
        oasis = "http://docs.oasis-open.org/wss/"
        confirmed = envelope.find(
            ".//{%soasis-wss-wssecurity-secext-1.1.xsd}SignatureConfirmation" % oasis
        )
        covered = [
            envelope.xpath("//*[@*[local-name()='Id']='%s']" % reference.get("URI")[1:])[0]
            for reference in envelope.iter("{http://www.w3.org/2000/09/xmldsig#}Reference")
            if reference.getparent().tag.endswith("SignedInfo")
        ]
        seen.append(
            {
                "covered": sorted(etree.QName(node).localname for node in covered),
                "confirmed": confirmed.get("Value") == "".join(self.sent.split()),
            }
        )
        return envelope


def code_of(call):
    try:
        call()
    except Fault as fault:
        return fault.detail[0].findtext("{urn:sms-certificat:v1}code")


report = {}
for version in ("11", "12"):
    wsse = Both(key, certificate, None, xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256)
    client = Client(url + "?wsdl", wsse=wsse)
    service = client.bind("SmsCertificat", "SmsCertificatSoap" + version)
    sent = service.SendCertifiedSms(
        clientReference="verify-" + version,
        recipient={"msisdn": "+34600100000"},
        text="L'expedient és a la seu: l·l, <b> & 📄\r\nsegona línia",
    )
    fault = code_of(
        lambda: service.SendCertifiedSms(
            clientReference="fault-" + version, recipient={"msisdn": "12345678"}, text="x"
        )
    )
    pdf = service.GetCertificate(clientReference="interop-certificate").issued.pdf
    report[version] = {"stage": sent.stage, "fault": fault, "pdf": pdf[:5].decode()}
    wsse.trusted = other_certificate
    try:
        service.GetStatus(message=[{"clientReference": "verify-" + version}])
    except SignatureVerificationFailed:
        report[version]["another"] = "refused"
report["seen"] = seen
print(json.dumps(report))
