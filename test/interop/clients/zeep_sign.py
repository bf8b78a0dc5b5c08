"""Prints signed envelopes as zeep makes them, one JSON object of name to envelope."""
import json
import sys
from datetime import datetime, timedelta, timezone

import xmlsec
from lxml import etree
from zeep import Client
from zeep.wsse import signature as zeep_signature
from zeep.wsse.signature import BinarySignature
from zeep.wsse.utils import WSU, get_security_header

url = sys.argv[1]
rsa, ec, issued, stranger = (tuple(sys.argv[at : at + 2]) for at in (2, 4, 6, 8))
sign_node = zeep_signature._sign_node


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


def signed(port, reference, signature, digest, stamped=True, pair=rsa):
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


def signed_otherwise(reference, sign):
    """A signature that holds, of a kind that must not be taken."""
    zeep_signature._sign_node = sign
    try:
        return signed(ONE, reference, RSA, SHA)
    finally:
        zeep_signature._sign_node = sign_node


def but_the_body(ctx, signature, target, digest):
    if not target.tag.endswith("Body"):
        sign_node(ctx, signature, target, digest)


def but_the_timestamp(ctx, signature, target, digest):
    if not target.tag.endswith("Timestamp"):
        sign_node(ctx, signature, target, digest)


def transformed(*transforms):
    def sign(ctx, signature, target, digest):
        node_id = zeep_signature.ensure_id(target)
        ctx.register_id(target, "Id", zeep_signature.ns.WSU)
        reference = xmlsec.template.add_reference(signature, digest, uri="#" + node_id)
        for transform in transforms:
            xmlsec.template.add_transform(reference, transform)

    return sign


RSA, SHA = xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256
RSA512, SHA512 = xmlsec.Transform.RSA_SHA512, xmlsec.Transform.SHA512
ECDSA, ECDSA512 = xmlsec.Transform.ECDSA_SHA256, xmlsec.Transform.ECDSA_SHA512
EXCLUSIVE, ENVELOPED = xmlsec.Transform.EXCL_C14N, xmlsec.Transform.ENVELOPED
ONE, TWO = "SmsCertificatSoap11", "SmsCertificatSoap12"
print(
    json.dumps(
        {
            "sha256": signed(ONE, "signed-1", RSA, SHA),
            "soap12": signed(TWO, "signed-2", RSA, SHA),
            "sha512": signed(ONE, "signed-3", RSA512, SHA512),
            "sha1": signed(ONE, "signed-4", xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1),
            "unstamped": signed(ONE, "signed-5", RSA, SHA, False),
            "ecdsa": signed(ONE, "signed-6", ECDSA, SHA, pair=ec),
            "ecdsa512": signed(ONE, "signed-7", ECDSA512, SHA512, pair=ec),
            "issued": signed(ONE, "signed-8", RSA, SHA, pair=issued),
            "replicas": signed(ONE, "signed-9", RSA, SHA),
            "comment": signed(ONE, "signed-10", RSA, SHA),
            "cdata": signed(ONE, "signed-11", RSA, SHA),
            "stranger": signed(ONE, "attack-1", RSA, SHA, pair=stranger),
            "no Body": signed_otherwise("attack-2", but_the_body),
            "no Timestamp": signed_otherwise("attack-3", but_the_timestamp),
            "inclusive": signed_otherwise("attack-4", transformed(xmlsec.Transform.C14N)),
            "with comments": signed_otherwise(
                "attack-5", transformed(xmlsec.Transform.EXCL_C14N_COMMENTS)
            ),
            "enveloped": signed_otherwise("attack-6", transformed(ENVELOPED, EXCLUSIVE)),
            "untransformed": signed_otherwise("attack-7", transformed()),
        }
    )
)
