import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.handler.soap.SOAPHandler;
import javax.xml.ws.handler.soap.SOAPMessageContext;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.WSSecUsernameToken;
import org.apache.ws.security.util.WSSecurityUtil;
import org.w3c.dom.Document;

/** WSS4J says who calls, in one of several ways, and verifies the signatures of answers. */
class Signing implements SOAPHandler<SOAPMessageContext> {
  /** What signatures of answers cover; "unsigned" for an answer without one. */
  static final Set<String> seen = new TreeSet<String>();
  static Merlin own, trusted;
  static String secret;

  private final String means;

  Signing(String means) {
    this.means = means;
  }

  public boolean handleMessage(SOAPMessageContext context) {
    try {
      Document document = copy(context);
      if (!Boolean.TRUE.equals(context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY))) verify(document);
      else {
        secure(document);
        context.getMessage().getSOAPPart().setContent(new DOMSource(document));
      }
      return true;
    } catch (Exception error) {
      throw new RuntimeException(error);
    }
  }

  private void secure(Document document) throws Exception {
    WSSecHeader header = new WSSecHeader();
    header.insertSecurityHeader(document);
    if (means.equals("token")) {
      WSSecUsernameToken token = new WSSecUsernameToken();
      token.setPasswordType(WSConstants.PASSWORD_TEXT);
      token.setUserInfo("demo", secret);
      token.build(document, header);
      return;
    }
    boolean old = means.startsWith("sha1");
    List<WSEncryptionPart> parts = new ArrayList<WSEncryptionPart>();
    parts.add(new WSEncryptionPart("Body", document.getDocumentElement().getNamespaceURI(), "Content"));
    new WSSecTimestamp().build(document, header);
    if (!means.endsWith("body-only")) parts.add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Content"));
    WSSecSignature signature = new WSSecSignature();
    signature.setUserInfo("1", "secret");
    signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
    signature.setSignatureAlgorithm(
        old ? "http://www.w3.org/2000/09/xmldsig#rsa-sha1" : "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    signature.setDigestAlgo(
        old ? "http://www.w3.org/2000/09/xmldsig#sha1" : "http://www.w3.org/2001/04/xmlenc#sha256");
    signature.setParts(parts);
    signature.build(document, own, header);
  }

  private static void verify(Document document) throws Exception {
    List<WSSecurityEngineResult> results =
        new WSSecurityEngine().processSecurityHeader(document, null, null, trusted);
    if (results == null) {
      seen.add("unsigned");
      return;
    }
    WSSecurityEngineResult signed = WSSecurityUtil.fetchActionResult(results, WSConstants.SIGN);
    Set<String> covered = new TreeSet<String>();
    for (Object part : (List<?>) signed.get(WSSecurityEngineResult.TAG_DATA_REF_URIS))
      covered.add(((WSDataRef) part).getProtectedElement().getLocalName());
    seen.add(String.join(" ", covered));
  }

  /** WSS4J works on a copy: the tree of SAAJ is not quite a DOM. */
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
