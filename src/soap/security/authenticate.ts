import { MINUTE, type Clock } from "../../domain/clock.ts";
import type { Caller } from "../../domain/entity.ts";
import { ServiceError } from "../../domain/errors.ts";
import { decryptSecret, equalBytes, passwordDigest } from "../../domain/secret.ts";
import type { Words } from "../../domain/words.ts";
import type { Authentication, Credential } from "../../store/users.ts";
import type { Backend } from "../backend.ts";
import type { PasswordCheck } from "./password-check.ts";
import type { SecurityHeader, UsernameToken } from "./read-security.ts";
import type { Signature } from "./read-signature.ts";

/** How old a Created may be; the nonce is remembered as long. */
const MAX_AGE = 5 * MINUTE;
/** How far ahead a caller's clock may be. */
const MAX_AHEAD = 1 * MINUTE;

export interface Authenticator {
  readonly backend: Pick<Backend, "findCredential" | "findCertificate" | "rememberNonce">;
  readonly clock: Clock;
  readonly checkPassword: PasswordCheck;
  /** Encrypts the secrets of the users who may use PasswordDigest. */
  readonly secretsKey: Buffer;
}

/**
 * Who calls. A fault tells what is wrong with clocks and nonces only to callers who proved that they
 * know the secret; to others it tells nothing.
 *
 * @throws ServiceError NotAuthenticated
 */
export async function authenticate(
  authenticator: Authenticator,
  security: SecurityHeader | undefined,
): Promise<Caller> {
  if (!security) throw refuse(NO_TOKEN);
  const now = authenticator.clock.now();
  const { usernameToken, signature } = security;
  if (!signature) return byToken(authenticator, security, usernameToken, now);
  const signer = await bySignature(authenticator, security, signature, now);
  if (!usernameToken) return signer;
  const caller = await byToken(authenticator, security, usernameToken, now);
  if (caller.user.userId !== signer.user.userId) throw refuse();
  return caller;
}

async function byToken(
  authenticator: Authenticator,
  security: SecurityHeader,
  token: UsernameToken | undefined,
  now: Date,
): Promise<Caller> {
  if (!token) throw refuse(NO_TOKEN);
  const credential = await authenticator.backend.findCredential(token.username);
  if (token.password.kind === "digest") {
    await checkDigest(authenticator, token, credential, now);
  } else if (!(await authenticator.checkPassword(token.password.value, credential?.scrypt))) {
    throw refuse();
  }
  if (!credential) throw refuse();
  assertAccepted(credential, token.password.kind === "digest" ? "passwordDigest" : "passwordText");
  const { timestamp } = security;
  if (timestamp && !isFresh(timestamp.created, timestamp.expires, now)) throw refuse(STALE);
  return credential.caller;
}

/** The signature itself was verified when it was read; here it is decided whose it is. */
async function bySignature(
  { backend }: Authenticator,
  { timestamp }: SecurityHeader,
  signature: Signature,
  now: Date,
): Promise<Caller> {
  const { certificate } = signature;
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  const credential = await backend.findCertificate?.(fingerprint);
  if (!credential) throw refuse(UNKNOWN_CERTIFICATE);
  assertAccepted(credential, "x509");
  if (signature.isWeak && credential.policy?.sha1 !== true) throw refuse(NOT_ACCEPTED);
  if (new Date(certificate.validFrom) > now || new Date(certificate.validTo) <= now) {
    throw refuse(UNKNOWN_CERTIFICATE);
  }
  const created = timestamp?.created === undefined ? undefined : readInstant(timestamp.created);
  if (!signature.coversTimestamp || !timestamp || !created) throw refuse(NO_TIMESTAMP);
  const { expires } = timestamp;
  if (!isWithinWindow(created, now) || !isFresh(timestamp.created, expires, now)) {
    throw refuse(STALE);
  }
  const used = {
    username: credential.caller.user.username,
    nonce: signature.mark,
    expiresAt: new Date(created.getTime() + MAX_AGE),
  };
  if (!(await backend.rememberNonce(used, now))) throw refuse(REPEATED);
  return credential.caller;
}

function assertAccepted({ policy }: Credential, kind: Authentication): void {
  if (policy && !policy.accepts.includes(kind)) throw refuse(NOT_ACCEPTED);
}

async function checkDigest(
  { backend, secretsKey }: Authenticator,
  token: UsernameToken,
  credential: Credential | undefined,
  now: Date,
): Promise<void> {
  const { nonce: nonceText, created } = token;
  if (nonceText === undefined || created === undefined) throw refuse(INCOMPLETE);
  const nonce = Buffer.from(nonceText, "base64");
  if (nonce.length < 8) throw refuse(INCOMPLETE);
  const secret = credential?.encrypted && decryptSecret(credential.encrypted, secretsKey);
  const expected = passwordDigest(nonce, created, secret ?? "");
  const given = Buffer.from(token.password.value, "base64");
  if (!equalBytes(given, expected) || !credential || secret === undefined) throw refuse();
  const at = readInstant(created);
  if (!at || !isWithinWindow(at, now)) throw refuse(STALE);
  const { username } = credential.caller.user;
  // By its bytes: one nonce can be written in base64 in several ways.
  const used = {
    username,
    nonce: nonce.toString("base64"),
    expiresAt: new Date(at.getTime() + MAX_AGE),
  };
  if (!(await backend.rememberNonce(used, now))) throw refuse(REPEATED);
}

function isFresh(created: string | undefined, expires: string | undefined, now: Date): boolean {
  const createdAt = created === undefined ? undefined : readInstant(created);
  const expiresAt = expires === undefined ? undefined : readInstant(expires);
  if (created !== undefined && (!createdAt || createdAt.getTime() > now.getTime() + MAX_AHEAD)) {
    return false;
  }
  return expires === undefined || (expiresAt !== undefined && expiresAt > now);
}

function isWithinWindow(at: Date, now: Date): boolean {
  const age = now.getTime() - at.getTime();
  return age < MAX_AGE && age > -MAX_AHEAD;
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/** An xs:dateTime; one without a zone is UTC, as WS-Security asks for. */
function readInstant(text: string): Date | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const at = new Date(match[2] === undefined ? `${text}Z` : text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function refuse(hint?: Words): ServiceError {
  return new ServiceError("NotAuthenticated", hint && { hint });
}

const NO_TOKEN: Words = {
  ca: "Cal una capçalera WS-Security amb UsernameToken.",
  es: "Se necesita una cabecera WS-Security con UsernameToken.",
  en: "A WS-Security header with a UsernameToken is needed.",
};
const UNKNOWN_CERTIFICATE: Words = {
  ca: "El certificat X.509 no és vigent o no està registrat per a cap usuari.",
  es: "El certificado X.509 no está vigente o no está registrado para ningún usuario.",
  en: "The X.509 certificate is not in force or not registered for any user.",
};
const NOT_ACCEPTED: Words = {
  ca: "L'entitat no accepta aquesta manera d'acreditar-se.",
  es: "La entidad no acepta esta manera de acreditarse.",
  en: "The entity does not accept this way to authenticate.",
};
const NO_TIMESTAMP: Words = {
  ca: "Cal un Timestamp amb Created, cobert per la signatura.",
  es: "Se necesita un Timestamp con Created, cubierto por la firma.",
  en: "A Timestamp with Created is needed, covered by the signature.",
};
const INCOMPLETE: Words = {
  ca: "PasswordDigest demana un Nonce de 8 bytes o més i un Created.",
  es: "PasswordDigest pide un Nonce de 8 bytes o más y un Created.",
  en: "PasswordDigest asks for a Nonce of 8 bytes or more and a Created.",
};
const STALE: Words = {
  ca: "El missatge és massa antic o el rellotge de qui crida va avançat; la finestra és de cinc minuts.",
  es: "El mensaje es demasiado antiguo o el reloj de quien llama va adelantado; la ventana es de cinco minutos.",
  en: "The message is too old or the caller's clock is ahead; the window is five minutes.",
};
const REPEATED: Words = {
  ca: "Aquest Nonce ja s'ha fet servir; cada crida n'ha de portar un de nou.",
  es: "Este Nonce ya se ha usado; cada llamada debe llevar uno nuevo.",
  en: "This Nonce was used before; each call must carry a new one.",
};
