import certificat.sms.v1.*;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.Set;
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
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.WSSecUsernameToken;
import org.w3c.dom.Document;

/** JAX-WS RI with WSS4J, the engine of CXF and SoapUI: SOAP 1.1 and 1.2, MTOM, both UsernameTokens. */
public class Client {
  static String username, secret, text;

  public static void main(String[] args) throws Exception {
    java.net.URL wsdl = new java.net.URL(args[0] + "?wsdl");
    username = args[1];
    secret = args[2];
    text = args[3];
    SmsCertificat service = new SmsCertificat(wsdl, new QName("urn:sms-certificat:v1", "SmsCertificat"));
    String soap11 = suite(service.getSmsCertificatSoap11(), "jaxws-1.1", WSConstants.PASSWORD_TEXT);
    String soap12 = suite(service.getSmsCertificatSoap12(), "jaxws-1.2", WSConstants.PASSWORD_DIGEST);
    String mtom =
        suite(service.getSmsCertificatSoap11(new MTOMFeature()), "jaxws-mtom", WSConstants.PASSWORD_DIGEST);
    System.out.println(
        "{\"client\":\"JAX-WS + WSS4J\",\"1.1\":" + soap11 + ",\"1.2\":" + soap12 + ",\"mtom\":" + mtom
            + ",\"passwordText\":true,\"passwordDigest\":true}");
  }

  static String suite(SmsCertificatPort port, String reference, String passwordType) throws Exception {
    ((BindingProvider) port).getBinding().setHandlerChain(
        Collections.<Handler>singletonList(new Security(passwordType)));
    SendCertifiedSmsResponse first = send(port, reference, "+34600100000");
    SendCertifiedSmsResponse again = send(port, reference, "+34600100000");
    MessageKey key = new MessageKey();
    key.setClientReference(reference);
    GetStatus ask = new GetStatus();
    ask.getMessage().add(key);
    String stage = port.getStatus(ask).getMessage().get(0).getStatus().getStage().value();
    GetCertificate want = new GetCertificate();
    want.setClientReference("interop-certificate");
    IssuedCertificate issued = port.getCertificate(want).getIssued();
    ByteArrayOutputStream pdf = new ByteArrayOutputStream();
    issued.getPdf().writeTo(pdf);
    StringBuilder hex = new StringBuilder();
    for (byte b : MessageDigest.getInstance("SHA-256").digest(pdf.toByteArray()))
      hex.append(String.format("%02x", b));
    String fault = null;
    try {
      send(port, "jaxws-fault", "12345678");
    } catch (ServiceFailure failure) {
      fault = failure.getFaultInfo().getCode().value();
    }
    return String.format(
        "{\"encoding\":\"%s\",\"repeated\":%b,\"stage\":\"%s\",\"certificate\":%b,\"fault\":\"%s\"}",
        first.getEncoding().value(), first.getMessageId().equals(again.getMessageId()), stage,
        hex.toString().equals(issued.getSha256()), fault);
  }

  static SendCertifiedSmsResponse send(SmsCertificatPort port, String reference, String msisdn)
      throws ServiceFailure {
    Recipient recipient = new Recipient();
    recipient.setMsisdn(msisdn);
    SendCertifiedSms request = new SendCertifiedSms();
    request.setClientReference(reference);
    request.setRecipient(recipient);
    request.setText(text);
    return port.sendCertifiedSms(request);
  }

  /** WSS4J works on a copy: the tree of SAAJ is not quite a DOM. */
  static class Security implements SOAPHandler<SOAPMessageContext> {
    private final String passwordType;

    Security(String passwordType) {
      this.passwordType = passwordType;
    }

    public boolean handleMessage(SOAPMessageContext context) {
      if (!Boolean.TRUE.equals(context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY))) return true;
      try {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        javax.xml.transform.TransformerFactory.newInstance().newTransformer().transform(
            context.getMessage().getSOAPPart().getContent(), new javax.xml.transform.stream.StreamResult(bytes));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document =
            factory.newDocumentBuilder().parse(new ByteArrayInputStream(bytes.toByteArray()));
        WSSecHeader header = new WSSecHeader();
        header.insertSecurityHeader(document);
        WSSecUsernameToken token = new WSSecUsernameToken();
        token.setPasswordType(passwordType);
        token.setUserInfo(username, secret);
        if (passwordType.equals(WSConstants.PASSWORD_TEXT)) {
          token.addNonce();
          token.addCreated();
        }
        token.build(document, header);
        new WSSecTimestamp().build(document, header);
        context.getMessage().getSOAPPart().setContent(new DOMSource(document));
        return true;
      } catch (Exception error) {
        throw new RuntimeException(error);
      }
    }

    public boolean handleFault(SOAPMessageContext context) {
      return true;
    }

    public void close(MessageContext context) {}

    public Set<QName> getHeaders() {
      return Collections.singleton(
          new QName("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd", "Security"));
    }
  }
}
