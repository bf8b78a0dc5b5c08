"""Prints signed envelopes as zeep makes them, one JSON object of name to envelope."""
import json
import sys
from datetime import datetime, timedelta, timezone

import xmlsec
from lxml import etree
from zeep import Client
from zeep.wsse.signature import BinarySignature
from zeep.wsse.utils import WSU, get_security_header

url, key, certificate, ec_key, ec_certificate = sys.argv[1:6]


class Stamped(BinarySignature):
    """With a Timestamp, which zeep then signs as well."""

    stamped = True

    def apply(self, envelope, headers):
        if self.stamped:
            now = datetime.now(timezone.utc)
            stamp = WSU.Timestamp()
            stamp.append(WSU.Created(now.strftime("%Y-%m-%dT%H:%M:%SZ")))
            stamp.append(WSU.Expires((now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")))
            get_security_header(envelope).append(stamp)
        return super().apply(envelope, headers)


def signed(port, reference, signature, digest, stamped=True, pair=(key, certificate)):
    wsse = Stamped(*pair, None, signature, digest)
    wsse.stamped = stamped
    client = Client(url + "?wsdl", wsse=wsse)
    service = client.bind("SmsCertificat", port)
    envelope = client.create_message(
        service,
        "SendCertifiedSms",
        clientReference=reference,
        recipient={"msisdn": "+34600100000"},
        text="Açò va signat 📄",
    )
    return etree.tostring(envelope, encoding="unicode")


RSA, SHA = xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256
RSA512, SHA512 = xmlsec.Transform.RSA_SHA512, xmlsec.Transform.SHA512
ONE, TWO = "SmsCertificatSoap11", "SmsCertificatSoap12"
print(
    json.dumps(
        {
            "sha256": signed(ONE, "signed-1", RSA, SHA),
            "soap12": signed(TWO, "signed-2", RSA, SHA),
            "sha512": signed(ONE, "signed-3", RSA512, SHA512),
            "sha1": signed(ONE, "signed-4", xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1),
            "ecdsa": signed(
                ONE, "signed-6", xmlsec.Transform.ECDSA_SHA256, SHA, True, (ec_key, ec_certificate)
            ),
            "unstamped": signed(ONE, "signed-5", RSA, SHA, False),
        }
    )
)
