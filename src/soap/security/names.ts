const OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-";

/** WS-Security 1.0 and 1.1 (OASIS 2004, 2006) share these names. */
export const WSSE = `${OASIS}wssecurity-secext-1.0.xsd`;
export const WSU = `${OASIS}wssecurity-utility-1.0.xsd`;

export const WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";

export const PASSWORD_TEXT = `${OASIS}username-token-profile-1.0#PasswordText`;
export const PASSWORD_DIGEST = `${OASIS}username-token-profile-1.0#PasswordDigest`;

export const X509_TOKEN = `${OASIS}x509-token-profile-1.0#X509v3`;
export const BASE64_BINARY = `${OASIS}soap-message-security-1.0#Base64Binary`;
export const DS = "http://www.w3.org/2000/09/xmldsig#";
export const EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
