import certificat.sms.v1.*;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.handler.Handler;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.handler.soap.SOAPHandler;
import javax.xml.ws.handler.soap.SOAPMessageContext;
import javax.xml.ws.soap.MTOMFeature;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.token.SignatureConfirmation;
import org.apache.ws.security.util.WSSecurityUtil;
import org.w3c.dom.Document;

/** WSS4J signs each request and verifies each answer, faults too; prints what the answers' signatures cover. */
public class SignedAnswers {
  static final List<String> seen = new ArrayList<String>();
  static Merlin own = new Merlin(), trusted = new Merlin();

  public static void main(String[] args) throws Exception {
    java.net.URL wsdl = new java.net.URL(args[0] + "?wsdl");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(new FileInputStream(args[1]), "secret".toCharArray());
    own.setKeyStore(keys);
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry(
        "service", CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(args[2])));
    trusted.setKeyStore(anchors);
    SmsCertificat service = new SmsCertificat(wsdl, new QName("urn:sms-certificat:v1", "SmsCertificat"));
    List<String> suites = new ArrayList<String>();
    suites.add(suite(service.getSmsCertificatSoap11(), "wss4j-1.1"));
    suites.add(suite(service.getSmsCertificatSoap12(), "wss4j-1.2"));
    suites.add(suite(service.getSmsCertificatSoap11(new MTOMFeature()), "wss4j-mtom"));
    System.out.println("{\"suites\":" + suites + ",\"seen\":" + seen + "}");
  }

  static String suite(SmsCertificatPort port, String reference) throws Exception {
    ((BindingProvider) port).getBinding().setHandlerChain(
        Collections.<Handler>singletonList(new Security()));
    GetCertificate want = new GetCertificate();
    want.setClientReference("interop-certificate");
    ByteArrayOutputStream pdf = new ByteArrayOutputStream();
    port.getCertificate(want).getIssued().getPdf().writeTo(pdf);
    String fault = null;
    try {
      Client.text = "x";
      Client.send(port, reference, "12345678");
    } catch (ServiceFailure failure) {
      fault = failure.getFaultInfo().getCode().value();
    }
    return String.format("{\"pdf\":\"%s\",\"fault\":\"%s\"}", pdf.toString("ISO-8859-1").substring(0, 5), fault);
  }

  static class Security implements SOAPHandler<SOAPMessageContext> {
    private byte[] sent;

    public boolean handleMessage(SOAPMessageContext context) {
      try {
        Document document = copy(context);
        if (Boolean.TRUE.equals(context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY))) sign(context, document);
        else verify(document);
        return true;
      } catch (Exception error) {
        throw new RuntimeException(error);
      }
    }

    private void sign(SOAPMessageContext context, Document document) throws Exception {
      WSSecHeader header = new WSSecHeader();
      header.insertSecurityHeader(document);
      new WSSecTimestamp().build(document, header);
      WSSecSignature signature = new WSSecSignature();
      signature.setUserInfo("1", "secret");
      signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
      signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
      signature.setDigestAlgo("http://www.w3.org/2001/04/xmlenc#sha256");
      signature.setParts(
          Arrays.asList(
              new WSEncryptionPart("Body", document.getDocumentElement().getNamespaceURI(), "Content"),
              new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Content")));
      signature.build(document, own, header);
      sent = signature.getSignatureValue();
      context.getMessage().getSOAPPart().setContent(new DOMSource(document));
    }

    private void verify(Document document) throws Exception {
      List<WSSecurityEngineResult> results =
          new WSSecurityEngine().processSecurityHeader(document, null, null, trusted);
      WSSecurityEngineResult signed = WSSecurityUtil.fetchActionResult(results, WSConstants.SIGN);
      Set<String> covered = new TreeSet<String>();
      for (Object part : (List<?>) signed.get(WSSecurityEngineResult.TAG_DATA_REF_URIS))
        covered.add(((WSDataRef) part).getProtectedElement().getLocalName());
      WSSecurityEngineResult confirmation = WSSecurityUtil.fetchActionResult(results, WSConstants.SC);
      SignatureConfirmation said =
          (SignatureConfirmation) confirmation.get(WSSecurityEngineResult.TAG_SIGNATURE_CONFIRMATION);
      seen.add("\"" + String.join(" ", covered) + " " + Arrays.equals(said.getSignatureValue(), sent) + "\"");
    }

    private static Document copy(SOAPMessageContext context) throws Exception {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      javax.xml.transform.TransformerFactory.newInstance().newTransformer().transform(
          context.getMessage().getSOAPPart().getContent(), new javax.xml.transform.stream.StreamResult(bytes));
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      return factory.newDocumentBuilder().parse(new ByteArrayInputStream(bytes.toByteArray()));
    }

    public boolean handleFault(SOAPMessageContext context) {
      return handleMessage(context);
    }

    public void close(MessageContext context) {}

    public Set<QName> getHeaders() {
      return Collections.singleton(new QName(WSConstants.WSSE_NS, "Security"));
    }
  }
}
