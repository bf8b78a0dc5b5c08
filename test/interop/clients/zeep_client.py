"""python3-zeep: SOAP 1.1 and 1.2, UsernameToken as text and as digest."""
import hashlib
import json
import sys

from zeep import Client
from zeep.exceptions import Fault
from zeep.wsse.username import UsernameToken

url, username, secret, text = sys.argv[1:5]
report = {"client": "zeep"}


def client(port, digest):
    token = UsernameToken(username, secret, use_digest=digest)
    made = Client(url + "?wsdl", wsse=token)
    return made.bind("SmsCertificat", port)


def send(service, reference, msisdn="+34600100000"):
    return service.SendCertifiedSms(
        clientReference=reference, recipient={"msisdn": msisdn, "name": "Núria Solé"}, text=text
    )


def code_of(fault):
    return fault.detail[0].findtext("{urn:sms-certificat:v1}code")


for version, port in (("1.1", "SmsCertificatSoap11"), ("1.2", "SmsCertificatSoap12")):
    service = client(port, digest=version == "1.2")
    first = send(service, "zeep-" + version)
    again = send(service, "zeep-" + version)
    status = service.GetStatus(message=[{"clientReference": "zeep-" + version}])
    certificate = service.GetCertificate(clientReference="interop-certificate").issued
    try:
        send(service, "zeep-fault", "12345678")
        code = None
    except Fault as fault:
        code = code_of(fault)
    report[version] = {
        "encoding": first.encoding,
        "repeated": first.messageId == again.messageId,
        "stage": status[0].status.stage,
        "certificate": hashlib.sha256(certificate.pdf).hexdigest() == certificate.sha256,
        "fault": code,
    }
report["passwordText"] = report["passwordDigest"] = True
print(json.dumps(report))
