"""python3-zeep on the WSDLs of the bus: sends, asks, fetches, a batch; UsernameToken or a signed Body."""
import hashlib
import json
import sys
import time
from datetime import datetime, timedelta, timezone

import xmlsec
from zeep import Client
from zeep.wsse.signature import BinarySignature
from zeep.wsse.username import UsernameToken
from zeep.wsse.utils import WSU, get_security_header

url, secret, key, certificate = sys.argv[1:5]
PRODUCT = "{http://gencat.net/scsp/esquemes/productes/smscert/v1}"


class Signed(BinarySignature):
    """With a Timestamp; answers are not signed here, so they are not verified."""

    def apply(self, envelope, headers):
        now = datetime.now(timezone.utc)
        stamp = WSU.Timestamp()
        stamp.append(WSU.Created(now.strftime("%Y-%m-%dT%H:%M:%SZ")))
        stamp.append(WSU.Expires((now + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")))
        get_security_header(envelope).append(stamp)
        return super().apply(envelope, headers)

    def verify(self, envelope):
        return envelope


SHA256 = (xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256)
SHA1 = (xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1)
MEANS = {
    "token": lambda: UsernameToken("demo", secret),
    "sha256": lambda: Signed(key, certificate, None, *SHA256),
    "sha1": lambda: Signed(key, certificate, None, *SHA1),
}
WHO = {
    "IdentificadorSolicitante": "9821920002",
    "NombreSolicitante": "Departament de Proves",
    "Finalidad": "PROVES",
}


def attributes(id, modality, elements):
    return {
        "IdPeticion": id,
        "NumElementos": elements,
        "TimeStamp": "",
        "CodigoCertificado": modality,
        "CodigoProducto": "SMSCERT",
        "DatosAutorizacion": WHO,
        "Emisor": {"NifEmisor": "S0811001G", "NombreEmisor": "Departament de Proves"},
        "Funcionario": {"NombreCompletoFuncionario": "Prova", "NifFuncionario": "00000000T"},
    }


def petition(id, modality, name, specifics):
    requests = [
        {
            "DatosGenericos": {
                "Solicitante": {**WHO, "Consentimiento": "Ley"},
                "Transmision": {"CodigoCertificado": modality, "IdSolicitud": str(n + 1)},
            },
            "DatosEspecificos": {name: specific},
        }
        for n, specific in enumerate(specifics)
    ]
    return {
        "Atributos": attributes(id, modality, len(requests)),
        "Solicitudes": {"SolicitudTransmision": requests},
    }


def answers(answer, name):
    return [getattr(t.DatosEspecificos, name) for t in answer.Transmisiones.TransmisionDatos]


def sms(number, text="Açò és una prova: l·l, ñ, €, <i> & 📄"):
    return {"Destinatari": {"Telefon": number, "Nom": "Núria Solé"}, "Text": text}


def suite(means):
    wsse = MEANS[means]
    door = lambda name: Client(url + "/ws/pica/" + name + "?wsdl", wsse=wsse()).service
    sync = lambda: door("Sincron")
    id = "zeep-" + means
    [sent] = answers(
        sync().procesa(petition(id, "SMSCERT_ENVIAMENT", "PeticioEnviament", [sms("+34600100000")])),
        "RespostaEnviament",
    )
    key_of = {"IdPeticio": id, "IdSolicitud": "1"}
    for _ in range(60):
        [got] = answers(
            sync().procesa(petition(id + "c", "SMSCERT_CERTIFICAT", "PeticioCertificat", [key_of])),
            "RespostaCertificat",
        )
        if got.CertificatEmes is not None:
            break
        time.sleep(0.5)
    [state] = answers(
        sync().procesa(petition(id + "e", "SMSCERT_ESTAT", "PeticioEstat", [{"Missatge": [key_of]}])),
        "RespostaEstat",
    )
    issued = got.CertificatEmes
    batch = petition(
        id + "b", "SMSCERT_ENVIAMENT", "PeticioEnviament", [sms("+34600100000"), sms("+12")]
    )
    confirmed = door("Asincron").procesa(batch).Estado.CodigoEstado
    for _ in range(60):
        result = door("AsincronResposta").procesa(
            {"Atributos": attributes(id + "b", "SMSCERT_ENVIAMENT", 2)}
        )
        if result.Atributos.Estado.CodigoEstado == "0003":
            break
        time.sleep(0.5)
    good, bad = answers(result, "RespostaEnviament")
    pica = Client(url + "/ws/pica/services/SMSCERT_ESTAT?wsdl", wsse=wsse()).service
    [again] = answers(
        pica.cridaSincrona(petition(id + "p", "SMSCERT_ESTAT", "PeticioEstat", [{"Missatge": [key_of]}])),
        "RespostaEstat",
    )
    return {
        "sent": sent.Estat,
        "state": state.Missatge[0].DadesEstat.Estat,
        "certificate": hashlib.sha256(issued.Document).hexdigest() == issued.Sha256,
        "confirmed": confirmed,
        "batch": [good.Estat, bad.Errors.Error[0].CodiError],
        "pica": again.Missatge[0].DadesEstat.IdMissatge == sent.IdMissatge,
    }


print(json.dumps({means: suite(means) for means in MEANS}))
