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

url, secret, key, certificate, folder = sys.argv[1:6]
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


def document_of(issued):
    whole = hashlib.sha256(issued.Document).hexdigest() == issued.Sha256
    return issued.Document if whole and issued.Document[:5] == b"%PDF-" else None


def suite(means):
    wsse = MEANS[means]
    door = lambda name: Client(url + "/ws/pica/" + name + "?wsdl", wsse=wsse()).service
    id = "zeep-" + means
    key_of = {"IdPeticio": id, "IdSolicitud": "1"}
    sync = door("Sincron")
    asynchronous, later = door("Asincron"), door("AsincronResposta")

    def ask(suffix, modality, name, specific):
        answer = sync.procesa(petition(id + suffix, modality, "Peticio" + name, [specific]))
        return answers(answer, "Resposta" + name)[0]

    def in_batch(suffix, modality, name, specifics):
        batch = petition(id + suffix, modality, "Peticio" + name, specifics)
        confirmed = asynchronous.procesa(batch).Estado.CodigoEstado
        for _ in range(100):
            result = later.procesa({"Atributos": attributes(id + suffix, modality, len(specifics))})
            if result.Atributos.Estado.CodigoEstado == "0003":
                return confirmed, answers(result, "Resposta" + name)
            time.sleep(0.2)

    sent = ask("", "SMSCERT_ENVIAMENT", "Enviament", sms("+34600100000"))
    for _ in range(100):
        got = ask("c", "SMSCERT_CERTIFICAT", "Certificat", key_of)
        if got.CertificatEmes is not None:
            break
        time.sleep(0.2)
    state = ask("e", "SMSCERT_ESTAT", "Estat", {"Missatge": [key_of]})
    pdf = document_of(got.CertificatEmes)

    numbers = [sms("+34600100000"), sms("+12")]
    confirmed, (good, bad) = in_batch("b", "SMSCERT_ENVIAMENT", "Enviament", numbers)
    _, [asked] = in_batch("be", "SMSCERT_ESTAT", "Estat", [{"Missatge": [key_of]}])
    _, [fetched] = in_batch("bc", "SMSCERT_CERTIFICAT", "Certificat", [key_of])

    pica = door("services/SMSCERT_ESTAT")
    about = petition(id + "p", "SMSCERT_ESTAT", "PeticioEstat", [{"Missatge": [key_of]}])
    [again] = answers(pica.cridaSincrona(about), "RespostaEstat")
    about["Atributos"]["IdPeticion"] = id + "pb"
    stored = pica.cridaAsincrona(about).Estado.CodigoEstado
    told = pica.obtindreResultat({"Atributos": attributes(id + "pb", "SMSCERT_ESTAT", 1)})
    with open(folder + "/" + id + ".pdf", "wb") as file:
        file.write(document_of(fetched.CertificatEmes))
    return {
        "sent": sent.Estat,
        "state": state.Missatge[0].DadesEstat.Estat,
        "certificate": pdf is not None,
        "confirmed": confirmed,
        "batch": [good.Estat, bad.Errors.Error[0].CodiError],
        "batchState": asked.Missatge[0].DadesEstat.Estat,
        "batchCertificate": pdf == document_of(fetched.CertificatEmes),
        "pica": again.Missatge[0].DadesEstat.IdMissatge == sent.IdMissatge
        and stored == "0001"
        and told.Atributos.IdPeticion == id + "pb",
    }


print(json.dumps({means: suite(means) for means in MEANS}))
