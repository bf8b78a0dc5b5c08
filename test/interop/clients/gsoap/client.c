/* gSOAP with its wsse plugin: one build for SOAP 1.1 and one for 1.2 (VERSION), both UsernameTokens. */
#include "soapH.h"
#include "SmsCertificatBinding11.nsmap"
#include "wsseapi.h"
#include <openssl/sha.h>

static const char *address, *username, *secret, *text;

static void secure(struct soap *soap, int digest) {
  soap_wsse_delete_Security(soap);
  soap_wsse_add_Timestamp(soap, "Time", 60);
  if (digest)
    soap_wsse_add_UsernameTokenDigest(soap, "User", username, secret);
  else
    soap_wsse_add_UsernameTokenText(soap, "User", username, secret);
}

static int send_sms(struct soap *soap, int digest, const char *reference, const char *msisdn,
                    struct _ns1__SendCertifiedSmsResponse *answer) {
  struct _ns1__SendCertifiedSms request;
  struct ns1__Recipient recipient;
  memset(&request, 0, sizeof request);
  memset(&recipient, 0, sizeof recipient);
  recipient.msisdn = (char *)msisdn;
  request.clientReference = (char *)reference;
  request.recipient = &recipient;
  request.text = (char *)text;
  secure(soap, digest);
  return soap_call___ns1__SendCertifiedSms(soap, address, NULL, &request, answer);
}

static void fail(struct soap *soap) {
  soap_print_fault(soap, stderr);
  exit(1);
}

static void suite(int version) {
  struct soap *soap = soap_new1(SOAP_C_UTFSTRING | SOAP_XML_CANONICAL);
  struct _ns1__SendCertifiedSmsResponse first, again, failed;
  struct _ns1__GetStatus ask;
  struct _ns1__GetStatusResponse told;
  struct _ns1__GetCertificate want;
  struct _ns1__GetCertificateResponse got;
  struct ns1__MessageKey key;
  struct ns1__IssuedCertificate *issued;
  struct SOAP_ENV__Detail *detail;
  unsigned char hash[SHA256_DIGEST_LENGTH];
  char hex[2 * SHA256_DIGEST_LENGTH + 1];
  const char *code = "";
  char *reference = version == 1 ? "gsoap-1.1" : "gsoap-1.2";
  int i;

  soap_register_plugin(soap, soap_wsse);
  if (send_sms(soap, version == 2, reference, "+34600100000", &first)) fail(soap);
  if (send_sms(soap, version == 2, reference, "+34600100000", &again)) fail(soap);
  memset(&key, 0, sizeof key);
  key.__union_MessageKey = SOAP_UNION__ns1__union_MessageKey_clientReference;
  key.union_MessageKey.clientReference = reference;
  ask.__sizemessage = 1;
  ask.message = &key;
  secure(soap, version == 2);
  if (soap_call___ns1__GetStatus(soap, address, NULL, &ask, &told)) fail(soap);
  memset(&want, 0, sizeof want);
  want.__union_GetCertificate = SOAP_UNION__ns1__union_GetCertificate_clientReference;
  want.union_GetCertificate.clientReference = "interop-certificate";
  secure(soap, version == 2);
  if (soap_call___ns1__GetCertificate(soap, address, NULL, &want, &got)) fail(soap);
  issued = got.union_GetCertificateResponse.issued;
  SHA256(issued->pdf.__ptr, issued->pdf.__size, hash);
  for (i = 0; i < SHA256_DIGEST_LENGTH; i++) sprintf(hex + 2 * i, "%02x", hash[i]);
  if (send_sms(soap, version == 2, "gsoap-fault", "12345678", &failed) && soap->fault) {
    detail = soap->fault->detail ? soap->fault->detail : soap->fault->SOAP_ENV__Detail;
    if (detail && detail->ns1__ServiceFault)
      code = soap_ns1__ErrorCode2s(soap, detail->ns1__ServiceFault->code);
  }
  if (!*code) fail(soap);
  printf("\"1.%d\":{\"encoding\":\"%s\",\"repeated\":%s,\"stage\":\"%s\",\"certificate\":%s,"
         "\"fault\":\"%s\"},",
         version, soap_ns1__Encoding2s(soap, first.encoding),
         strcmp(first.messageId, again.messageId) ? "false" : "true",
         soap_ns1__Stage2s(soap, told.message[0].status->stage),
         strcmp(hex, issued->sha256) ? "false" : "true", code);
  soap_destroy(soap);
  soap_end(soap);
  soap_free(soap);
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  address = argv[1];
  username = argv[2];
  secret = argv[3];
  text = argv[4];
  suite(VERSION);
  return 0;
}
