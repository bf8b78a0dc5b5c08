import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.handler.Handler;
import javax.xml.ws.soap.SOAPFaultException;
import net.gencat.scsp.esquemes.peticion.*;
import net.gencat.scsp.esquemes.productes.smscert.v1.CertificatEmes;
import net.gencat.scsp.esquemes.productes.smscert.v1.ClauMissatge;
import net.gencat.scsp.esquemes.productes.smscert.v1.Destinatari;
import net.gencat.scsp.esquemes.productes.smscert.v1.PeticioCertificat;
import net.gencat.scsp.esquemes.productes.smscert.v1.PeticioEnviament;
import net.gencat.scsp.esquemes.productes.smscert.v1.PeticioEstat;
import net.gencat.scsp.esquemes.productes.smscert.v1.RespostaEnviament;
import net.gencat.scsp.esquemes.respuesta.Respuesta;
import net.gencat.scsp.esquemes.respuesta.TransmisionDatos;
import net.gencat.scsp.esquemes.solicitudrespuesta.SolicitudRespuesta;
import org.apache.ws.security.components.crypto.Merlin;

/** JAX-WS RI with WSS4J on the WSDLs of the bus: sends, asks and fetches, at once and in batches. */
public class Bus {
  static final String SEND = "SMSCERT_ENVIAMENT", STATE = "SMSCERT_ESTAT", CERTIFICATE = "SMSCERT_CERTIFICAT";
  static bus.sincron.SincronSoap sync;
  static bus.asincron.AsincronSoap async;
  static bus.asincronresposta.AsincronRespostaSoap later;
  static bus.pica.SmscertSoap pica;
  static String folder, confirmed;

  /** ADDRESS SECRET KEYS.p12 CERTIFICATE_OF_THE_SERVICE.pem FOLDER_OF_PDFS MEANS… */
  public static void main(String[] args) throws Exception {
    String doors = args[0] + "/ws/pica/";
    sync = new bus.sincron.Sincron(new URL(doors + "Sincron?wsdl")).getSincronSoap();
    async = new bus.asincron.Asincron(new URL(doors + "Asincron?wsdl")).getAsincronSoap();
    later = new bus.asincronresposta.AsincronResposta(new URL(doors + "AsincronResposta?wsdl"))
        .getAsincronRespostaSoap();
    pica = new bus.pica.Smscert(new URL(doors + "services/" + STATE + "?wsdl")).getSmscertSoap();
    Signing.secret = args[1];
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(new FileInputStream(args[2]), "secret".toCharArray());
    Signing.own = new Merlin();
    Signing.own.setKeyStore(keys);
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry(
        "service", CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(args[3])));
    Signing.trusted = new Merlin();
    Signing.trusted.setKeyStore(anchors);
    folder = args[4];
    List<String> reports = new ArrayList<String>();
    for (int at = 5; at < args.length; at++) reports.add("\"" + args[at] + "\":" + suite(args[at]));
    System.out.println("{" + String.join(",", reports) + "}");
  }

  static String suite(String means) throws Exception {
    secure(means);
    Signing.seen.clear();
    String id = "jaxws-" + means;
    RespostaEnviament sent;
    try {
      sent = send(petition(id, SEND, sms("+34600100000"))).getRespostaEnviament();
    } catch (SOAPFaultException fault) {
      return "{\"fault\":\"" + codeOf(fault) + "\",\"answers\":\"" + String.join(" | ", Signing.seen) + "\"}";
    }
    String messageId = sent.getIdMissatge();
    CertificatEmes issued = null;
    for (int tries = 0; issued == null && tries < 100; tries++) {
      if (tries > 0) Thread.sleep(200);
      issued = send(petition(id + "-c" + tries, CERTIFICATE, wanted(messageId)))
          .getRespostaCertificat().getCertificatEmes();
    }
    String state = send(petition(id + "-e", STATE, asked(messageId)))
        .getRespostaEstat().getMissatge().get(0).getDadesEstat().getEstat().value();

    Respuesta batch = inBatch(petition(id + "-b", SEND, sms("+34600100000"), sms("+12")));
    List<TransmisionDatos> both = batch.getTransmisiones().getTransmisionDatos();
    Respuesta asked = inBatch(petition(id + "-be", STATE, asked(messageId)));
    Respuesta fetched = inBatch(petition(id + "-bc", CERTIFICATE, wanted(messageId)));
    CertificatEmes again = sole(fetched).getRespostaCertificat().getCertificatEmes();

    Respuesta spelled = pica.cridaSincrona(petition(id + "-p", STATE, asked(messageId)));
    Peticion batched = petition(id + "-pb", STATE, asked(messageId));
    String stored = pica.cridaAsincrona(batched).getAtributos().getEstado().getCodigoEstado();
    String told = pica.obtindreResultat(question(batched)).getAtributos().getIdPeticion();

    Peticion wrong = petition(id + "-w", STATE, asked(messageId));
    wrong.getAtributos().setCodigoProducto("ALTRE");
    String refused = sync.procesa(wrong).getAtributos().getEstado().getCodigoEstadoSecundario();
    wrong.getAtributos().setIdPeticion(null);
    String broken = null;
    try {
      sync.procesa(wrong);
    } catch (SOAPFaultException fault) {
      broken = codeOf(fault);
    }

    Files.write(Paths.get(folder, id + ".pdf"), bytesOf(again));
    return String.format(
        "{\"sent\":\"%s\",\"state\":\"%s\",\"certificate\":%b,\"confirmed\":\"%s\",\"batch\":[\"%s\",\"%s\"],"
            + "\"batchState\":\"%s\",\"batchCertificate\":%b,\"pica\":%b,\"wrong\":[\"%s\",\"%s\"],\"answers\":\"%s\"}",
        sent.getEstat().value(), state, isWhole(issued), confirmed,
        both.get(0).getDatosEspecificos().getRespostaEnviament().getEstat().value(),
        both.get(1).getDatosEspecificos().getRespostaEnviament().getErrors().getError().get(0).getCodiError(),
        sole(asked).getRespostaEstat().getMissatge().get(0).getDadesEstat().getEstat().value(),
        isWhole(again) && again.getSha256().equals(issued.getSha256()),
        sole(spelled).getRespostaEstat().getMissatge().get(0).getDadesEstat().getIdMissatge().equals(messageId)
            && stored.equals("0001") && told.equals(id + "-pb"),
        refused, broken, String.join(" | ", Signing.seen));
  }

  static String codeOf(SOAPFaultException fault) {
    return fault.getFault().getDetail().getFirstChild().getFirstChild().getTextContent();
  }

  static net.gencat.scsp.esquemes.respuesta.DatosEspecificos send(Peticion petition) {
    return sole(sync.procesa(petition));
  }

  /** Hands over a batch and asks until its answer is there. */
  static Respuesta inBatch(Peticion petition) throws Exception {
    confirmed = async.procesa(petition).getAtributos().getEstado().getCodigoEstado();
    for (int tries = 0; tries < 100; tries++) {
      Respuesta answer = later.procesa(question(petition));
      if (answer.getAtributos().getEstado().getCodigoEstado().equals("0003")) return answer;
      Thread.sleep(200);
    }
    throw new IllegalStateException("the batch is not done");
  }

  static void secure(String means) {
    for (Object port : new Object[] {sync, async, later, pica})
      ((BindingProvider) port).getBinding().setHandlerChain(Collections.<Handler>singletonList(new Signing(means)));
  }

  static net.gencat.scsp.esquemes.respuesta.DatosEspecificos sole(Respuesta answer) {
    return answer.getTransmisiones().getTransmisionDatos().get(0).getDatosEspecificos();
  }

  static byte[] bytesOf(CertificatEmes issued) throws Exception {
    ByteArrayOutputStream pdf = new ByteArrayOutputStream();
    issued.getDocument().writeTo(pdf);
    return pdf.toByteArray();
  }

  static boolean isWhole(CertificatEmes issued) throws Exception {
    byte[] pdf = bytesOf(issued);
    StringBuilder hex = new StringBuilder();
    for (byte b : MessageDigest.getInstance("SHA-256").digest(pdf)) hex.append(String.format("%02x", b));
    return new String(pdf, 0, 5, StandardCharsets.US_ASCII).equals("%PDF-") && hex.toString().equals(issued.getSha256());
  }

  static Peticion petition(String id, String modality, DatosEspecificos... specifics) {
    Peticion petition = new Peticion();
    Atributos attributes = new Atributos();
    attributes.setIdPeticion(id);
    attributes.setNumElementos(specifics.length);
    attributes.setTimeStamp("");
    attributes.setCodigoCertificado(modality);
    attributes.setCodigoProducto("SMSCERT");
    DatosAutorizacion authorisation = new DatosAutorizacion();
    authorisation.setIdentificadorSolicitante("9821920002");
    authorisation.setNombreSolicitante("Departament de Proves");
    authorisation.setFinalidad("PROVES");
    attributes.setDatosAutorizacion(authorisation);
    Emisor issuer = new Emisor();
    issuer.setNifEmisor("S0811001G");
    issuer.setNombreEmisor("Departament de Proves");
    attributes.setEmisor(issuer);
    Funcionario officer = new Funcionario();
    officer.setNombreCompletoFuncionario("Funcionària de Prova");
    officer.setNifFuncionario("00000000T");
    attributes.setFuncionario(officer);
    petition.setAtributos(attributes);
    Solicitudes requests = new Solicitudes();
    for (int n = 0; n < specifics.length; n++) {
      Solicitante requester = new Solicitante();
      requester.setIdentificadorSolicitante("9821920002");
      requester.setNombreSolicitante("Departament de Proves");
      requester.setFinalidad("PROVES");
      requester.setConsentimiento(Consentimiento.LEY);
      Transmision transmission = new Transmision();
      transmission.setCodigoCertificado(modality);
      transmission.setIdSolicitud(String.valueOf(n + 1));
      DatosGenericos generic = new DatosGenericos();
      generic.setSolicitante(requester);
      generic.setTransmision(transmission);
      SolicitudTransmision request = new SolicitudTransmision();
      request.setDatosGenericos(generic);
      request.setDatosEspecificos(specifics[n]);
      requests.getSolicitudTransmision().add(request);
    }
    petition.setSolicitudes(requests);
    return petition;
  }

  static SolicitudRespuesta question(Peticion about) {
    net.gencat.scsp.esquemes.solicitudrespuesta.Atributos attributes =
        new net.gencat.scsp.esquemes.solicitudrespuesta.Atributos();
    attributes.setIdPeticion(about.getAtributos().getIdPeticion());
    attributes.setNumElementos(about.getAtributos().getNumElementos());
    attributes.setTimeStamp("");
    attributes.setCodigoCertificado(about.getAtributos().getCodigoCertificado());
    attributes.setCodigoProducto("SMSCERT");
    net.gencat.scsp.esquemes.solicitudrespuesta.DatosAutorizacion authorisation =
        new net.gencat.scsp.esquemes.solicitudrespuesta.DatosAutorizacion();
    authorisation.setIdentificadorSolicitante("9821920002");
    authorisation.setNombreSolicitante("Departament de Proves");
    authorisation.setFinalidad("PROVES");
    attributes.setDatosAutorizacion(authorisation);
    net.gencat.scsp.esquemes.solicitudrespuesta.Emisor issuer =
        new net.gencat.scsp.esquemes.solicitudrespuesta.Emisor();
    issuer.setNifEmisor("S0811001G");
    issuer.setNombreEmisor("Departament de Proves");
    attributes.setEmisor(issuer);
    net.gencat.scsp.esquemes.solicitudrespuesta.Funcionario officer =
        new net.gencat.scsp.esquemes.solicitudrespuesta.Funcionario();
    officer.setNombreCompletoFuncionario("Funcionària de Prova");
    officer.setNifFuncionario("00000000T");
    attributes.setFuncionario(officer);
    SolicitudRespuesta question = new SolicitudRespuesta();
    question.setAtributos(attributes);
    return question;
  }

  static DatosEspecificos sms(String number) {
    Destinatari recipient = new Destinatari();
    recipient.setTelefon(number);
    recipient.setNom("Núria Solé");
    PeticioEnviament request = new PeticioEnviament();
    request.setDestinatari(recipient);
    request.setText("Açò és una prova: l·l, ñ, €, <i> & 📄");
    DatosEspecificos specific = new DatosEspecificos();
    specific.setPeticioEnviament(request);
    return specific;
  }

  static DatosEspecificos asked(String messageId) {
    ClauMissatge key = new ClauMissatge();
    key.setIdMissatge(messageId);
    PeticioEstat request = new PeticioEstat();
    request.getMissatge().add(key);
    DatosEspecificos specific = new DatosEspecificos();
    specific.setPeticioEstat(request);
    return specific;
  }

  static DatosEspecificos wanted(String messageId) {
    PeticioCertificat request = new PeticioCertificat();
    request.setIdMissatge(messageId);
    DatosEspecificos specific = new DatosEspecificos();
    specific.setPeticioCertificat(request);
    return specific;
  }
}
