import type { Clock } from "../domain/clock.ts";
import type { Caller } from "../domain/entity.ts";
import { ServiceError } from "../domain/errors.ts";
import { isUnavailable } from "../store/connection/unavailable.ts";
import { textAnswer, writeAnswer, type Payload, type Written } from "./answer.ts";
import type { Backend } from "./backend.ts";
import type { CallRate } from "./call-rate.ts";
import { assertUnderstood, readEnvelope, versionOf, type SoapVersion } from "./envelope.ts";
import type { DoorLog, ObservedCall } from "./log.ts";
import type { Means, Operation } from "./operations/operation.ts";
import { operationOf, type Port } from "./port.ts";
import { authenticate, type Authenticator, type Proof } from "./security/authenticate.ts";
import { fingerprintOf, type ClientCertificate } from "./security/certificate-holder.ts";
import type { FailureBrake } from "./security/failure-brake.ts";
import { WSSE } from "./security/names.ts";
import { readSecurity, type SecurityClaim, type SecurityHeader } from "./security/read-security.ts";
import { signResponse, type SigningKey } from "./security/sign-response.ts";
import { writeFault } from "./write-fault.ts";
import { withXml, type XmlLimits } from "./xml/document.ts";
import { isNamed, type XmlNode } from "./xml/node.ts";

export interface DispatchParts extends Authenticator {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly newCorrelationId: (at: Date) => string;
  readonly port: Port;
  readonly limits: XmlLimits;
  readonly validateResponses: boolean;
  readonly log: DoorLog;
  readonly brake: FailureBrake;
  /** With what answers are signed, for entities that want it. */
  readonly responseKey?: SigningKey | undefined;
  readonly callRate: CallRate;
  readonly observe?: ((call: ObservedCall) => void) | undefined;
}

/** A message as the transport hands it over. */
export interface SoapRequest {
  readonly body: Uint8Array;
  /** The charset of the transport, which outweighs the declaration. */
  readonly encoding: string | undefined;
  /** In which version to answer a message that does not tell its own. */
  readonly assumedVersion: SoapVersion;
  /** SOAPAction or `action`: never trusted, only compared. */
  readonly action: string | undefined;
  /** The caller speaks MTOM. */
  readonly mtom: boolean;
  /** The network that the call comes from; it is counted, never written anywhere. */
  readonly address: string;
  /** Of its connection, when the caller showed one. */
  readonly clientCertificate?: ClientCertificate | undefined;
}

export interface SoapAnswer extends Written {
  readonly status: number;
  readonly correlationId: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** What is left of a request when its tree is closed. */
interface Call {
  readonly operation: Operation;
  readonly security: SecurityHeader | undefined;
  readonly run: ReturnType<Operation["read"]>;
}

/** What is known of a request so far, for its answer and its line in the log. */
interface Progress {
  version: SoapVersion;
  operation?: string;
  /** Whom the caller says to be, whether or not it is true. */
  name?: string;
  caller?: Caller;
  /** How the answer is signed. */
  signing?: { readonly key: SigningKey; readonly confirms: string | undefined };
}

/**
 * From a message to its answer, which may be a fault; never rejects.
 *
 *     parse → take the envelope apart → understand its headers → find the operation by its element →
 *     hold back who failed too often → verify signatures → hold it against the schema → read it (here the
 *     tree closes) → prove the caller → hold its entity to its rate → run, or tell what is wrong with the
 *     request → answer
 */
export async function dispatch(parts: DispatchParts, request: SoapRequest): Promise<SoapAnswer> {
  const began = parts.clock.now();
  const correlationId = parts.newCorrelationId(began);
  const progress: Progress = { version: request.assumedVersion };
  const tell = (code: string | undefined): void => {
    const { entity, user } = progress.caller ?? {};
    const milliseconds = parts.clock.now().getTime() - began.getTime();
    const { operation } = progress;
    parts.log.info("call", {
      correlationId,
      operation,
      code,
      entityId: entity?.entityId,
      userId: user?.userId,
      milliseconds,
    });
    parts.observe?.({ operation, code, milliseconds });
  };
  try {
    const call = read(parts, request, progress);
    const proof = await proveCaller(parts, call.security, request, correlationId);
    parts.brake.noteSuccess(progress.name ?? "", request.address);
    progress.caller = proof.caller;
    if (proof.signsResponses && parts.responseKey) {
      progress.signing = { key: parts.responseKey, confirms: call.security?.signature?.value };
    }
    parts.callRate.assertMayCall(proof.caller.entity);
    const means = meansOf(call.security);
    const payload = await call.run(parts.backend, progress.caller, means, correlationId);
    if (parts.validateResponses) assertAnswer(parts, progress.version, payload);
    // A signature covers what stands in the envelope: signed answers carry the PDF as base64.
    const mtom =
      request.mtom && !progress.signing ? { boundary: `mtom-${correlationId}` } : undefined;
    const written = writeAnswer(progress.version, payload, mtom);
    const answer = await signed(parts, progress, { status: 200, ...written, correlationId });
    tell(undefined);
    return answer;
  } catch (error) {
    const failure = asServiceError(error);
    if (failure.code === "Internal" || failure.code === "Unavailable") {
      parts.log.error("a call failed", { correlationId, code: failure.code, error });
    }
    if (failure.code === "NotAuthenticated") noteFailure(parts, request, progress, correlationId);
    tell(failure.code);
    const answer = faultAnswer(progress.version, failure, correlationId);
    return await signed(parts, progress, answer).catch(() => answer);
  }
}

/** The same answer, signed when the caller's entity wants it. */
async function signed(
  { clock }: DispatchParts,
  { signing }: Progress,
  answer: SoapAnswer,
): Promise<SoapAnswer> {
  if (!signing) return answer;
  const { key, confirms } = signing;
  return { ...answer, body: await signResponse(answer.body, key, { now: clock.now(), confirms }) };
}

/** Who calls, and what the log has to know of it. */
async function proveCaller(
  parts: DispatchParts,
  security: SecurityHeader | undefined,
  request: SoapRequest,
  correlationId: string,
): Promise<Proof> {
  const { log } = parts;
  const proof = await authenticate(parts, security, request);
  const { entityId, userId } = proof.caller.user;
  if (proof.isWeak) {
    log.warn("a signature with SHA-1 was accepted, as the entity's policy says", {
      correlationId,
      entityId,
      userId,
    });
  }
  if (proof.signsResponses && !parts.responseKey) {
    log.error("the entity wants signed answers, and RESPONSE_KEY_PATH is not set", { entityId });
  }
  return proof;
}

/** A broken signature counts as a wrong password does. */
function noteFailure(
  { brake, log }: DispatchParts,
  { address, clientCertificate }: SoapRequest,
  { name = nameGiven(undefined, clientCertificate) }: Progress,
  correlationId: string,
): void {
  if (!brake.noteFailure(name, address)) return;
  const code = "NotAuthenticated";
  log.warn("failed attempts to authenticate are slowed down", { correlationId, code });
}

function nameGiven(
  claim: SecurityClaim | undefined,
  clientCertificate: ClientCertificate | undefined,
): string {
  const { usernameToken, signature } = claim ?? {};
  if (usernameToken) return usernameToken.username;
  const holder = signature ?? clientCertificate;
  return holder ? fingerprintOf(holder.certificate) : "";
}

/** A fault for a message that never reached its operation. */
export function refusal(
  parts: Pick<DispatchParts, "clock" | "newCorrelationId" | "log" | "observe">,
  version: SoapVersion,
  error: ServiceError,
): SoapAnswer {
  const correlationId = parts.newCorrelationId(parts.clock.now());
  parts.log.info("call", { correlationId, code: error.code });
  parts.observe?.({ operation: undefined, code: error.code, milliseconds: 0 });
  return faultAnswer(version, error, correlationId);
}

function faultAnswer(version: SoapVersion, error: ServiceError, correlationId: string): SoapAnswer {
  const { status, retryAfterSeconds, envelope } = writeFault(version, error, correlationId);
  return { status, ...textAnswer(version, envelope), correlationId, retryAfterSeconds };
}

function read(parts: DispatchParts, request: SoapRequest, progress: Progress): Call {
  const { limits, port, log } = parts;
  return withXml(request.body, { limits, encoding: request.encoding }, (tree) => {
    const { root } = tree;
    progress.version = versionOf(root) ?? progress.version;
    const envelope = readEnvelope(root);
    assertUnderstood(envelope, (header) => isNamed(header, WSSE, "Security"));
    const operation = operationOf(port, envelope.payload);
    progress.operation = operation.name;
    if (request.action !== undefined && !request.action.endsWith(`/${operation.name}`)) {
      log.debug("the action names another operation than the body", {
        operation: operation.name,
      });
    }
    const claim = readSecurity(tree, envelope);
    progress.name = nameGiven(claim, request.clientCertificate);
    parts.brake.assertMayTry(progress.name, request.address);
    const security = claim && { ...claim, signature: claim.signature?.verify() };
    return { operation, security, run: readOperation(port, operation, envelope.payload) };
  });
}

/** What is wrong with a request is told, and signed, once it is known to whom. */
function readOperation(port: Port, operation: Operation, payload: XmlNode): Call["run"] {
  try {
    const violation = port.violationOf(operation, payload);
    if (violation) throw violation;
    return operation.read(payload);
  } catch (error) {
    return () => Promise.reject(asServiceError(error));
  }
}

/** A message may carry a token and a signature, of the same user. */
function meansOf(security: SecurityHeader | undefined): readonly Means[] {
  const said: readonly Means[] = [
    ...(security?.signature ? (["signature"] as const) : []),
    ...(security?.usernameToken ? (["usernameToken"] as const) : []),
  ];
  return said.length > 0 ? said : ["connection"];
}

/** An answer that breaks our own contract is a bug: outside production it does not leave. */
function assertAnswer({ port }: DispatchParts, version: SoapVersion, payload: Payload): void {
  const { body } = writeAnswer(version, payload, undefined);
  const unlimited = { depth: 256, elements: Infinity, attributes: Infinity };
  withXml(Buffer.from(body), { limits: unlimited }, ({ root }) => {
    const [violation] = port.answerViolations(readEnvelope(root).payload);
    if (violation) throw new Error(`the answer breaks the schema: ${JSON.stringify(violation)}`);
  });
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError(isUnavailable(error) ? "Unavailable" : "Internal", { cause: error });
}
