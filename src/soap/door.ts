import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock, RandomSource } from "../domain/clock.ts";
import { ServiceError } from "../domain/errors.ts";
import { uuidv7 } from "../domain/ids.ts";
import { callersFault } from "../domain/callers-fault.ts";
import type { Backend } from "./backend.ts";
import { compressed } from "./transport/compress.ts";
import { encodingOf, parseContentType, soapVersionOf } from "./transport/content-type.ts";
import {
  dispatch,
  refusal,
  type DispatchParts,
  type SoapAnswer,
  type SoapRequest,
} from "./dispatch.ts";
import type { SoapVersion } from "./envelope.ts";
import type { DoorLog, ObservedCall } from "./log.ts";
import { createCallRate } from "./call-rate.ts";
import { DEFAULT_LIMITS, tooManyAtOnce, type DoorLimits } from "./limits.ts";
import type { Port } from "./port.ts";
import { homePage } from "./transport/home-page.ts";
import { rootPart } from "./transport/multipart.ts";
import { readBody } from "./transport/read-body.ts";
import type { ClientCertificate, RevocationCheck } from "./security/certificate-holder.ts";
import { networkOf } from "./security/caller-network.ts";
import { createFailureBrake } from "./security/failure-brake.ts";
import { createPasswordCheck } from "./security/password-check.ts";
import type { SigningKey } from "./security/sign-response.ts";
import { typedPort } from "./typed-port.ts";

export interface DoorOptions {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** The address of the service as callers see it, without a path; a function is asked each time. */
  readonly publicUrl: string | (() => string);
  /** 32 bytes: encrypts the secrets of users who may use PasswordDigest. */
  readonly secretsKey: Buffer;
  /** On outside production: an answer that breaks the contract becomes an Internal fault. */
  readonly validateResponses: boolean;
  readonly log: DoorLog;
  readonly observe?: ((call: ObservedCall) => void) | undefined;
  /** Undefined: whether certificates of an entity's authorities are revoked is not asked. */
  readonly isRevoked?: RevocationCheck | undefined;
  /** With what answers are signed, for entities that want it. */
  readonly responseKey?: SigningKey | undefined;
  /** The certificate that a caller showed in the TLS handshake, here or at a proxy. */
  readonly clientCertificateOf?: (request: IncomingMessage) => ClientCertificate | undefined;
  readonly limits?: Partial<DoorLimits>;
  /** Ports beside the typed one, on the same transport and security. */
  readonly ports?: readonly Port[];
}

/** Opens the SOAP port of the service on a server. */
export async function registerSoapDoor(
  server: FastifyInstance,
  options: DoorOptions,
): Promise<void> {
  await server.register(doorPlugin(options));
}

function doorPlugin(options: DoorOptions): (server: FastifyInstance) => Promise<void> {
  const { backend, clock, random, log, secretsKey, validateResponses, publicUrl } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const typed = typedPort();
  const ports = [typed, ...(options.ports ?? [])];
  const checkPassword = createPasswordCheck(clock, random);
  const parts: DispatchParts = {
    backend,
    clock,
    newCorrelationId: (at) => uuidv7(at, random),
    log,
    observe: options.observe,
    responseKey: options.responseKey,
    isRevoked: options.isRevoked,
    secretsKey,
    validateResponses,
    port: typed,
    limits,
    checkPassword,
    brake: createFailureBrake(clock),
    callRate: createCallRate(clock, limits.callsPerSecond),
  };
  const bytesOf = ({ bodyBytes }: Port): Pick<DoorLimits, "bodyBytes" | "inflatedBytes"> =>
    bodyBytes === undefined ? limits : { bodyBytes, inflatedBytes: bodyBytes };
  const bytes = new Map(ports.map((port) => [port.path, bytesOf(port)]));
  const addressNow = (): string => (typeof publicUrl === "string" ? publicUrl : publicUrl());
  const gathered = { bytes: 0, most: limits.gatheredBytes };
  let inFlight = 0;

  function open(server: FastifyInstance, port: Port): void {
    const elements = port.elements ?? limits.elements;
    const ported: DispatchParts = { ...parts, port, limits: { ...limits, elements } };

    server.post(port.path, async (request, reply) => {
      const sent = readMessage(request, options.clientCertificateOf);
      if (sent === undefined) {
        return send(request, reply, { ...refusal(parts, "1.1", unsupported()), status: 415 });
      }
      if (inFlight >= limits.inFlight) throw tooManyAtOnce();
      inFlight += 1;
      try {
        return await send(request, reply, await dispatch(ported, sent));
      } finally {
        inFlight -= 1;
      }
    });

    server.get(port.path, (request, reply) => {
      const text = port.document(queryOf(request), addressNow());
      if (text === undefined) {
        return reply
          .code(404)
          .type("text/plain; charset=utf-8")
          .send(`SOAP 1.1 and 1.2: POST here. The contract: ${port.path}?wsdl\n`);
      }
      return reply.type("text/xml; charset=utf-8").send(text);
    });

    server.route({
      method: ["PUT", "PATCH", "DELETE", "OPTIONS"],
      url: port.path,
      handler: (_request, reply) =>
        reply.code(405).header("allow", "GET, HEAD, POST").type("text/plain").send("405\n"),
    });
  }

  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (request, payload, done) => {
      const own = bytes.get(request.routeOptions.url ?? "") ?? limits;
      readBody(request.headers, payload, own, gathered).then(
        (body) => done(null, body),
        (error: unknown) => done(error as Error),
      );
    });
    server.setErrorHandler((error, request, reply) => {
      const failure =
        error instanceof ServiceError
          ? error
          : new ServiceError(callersFault(error) ? "InvalidEnvelope" : "Internal");
      if (failure.code === "Internal") log.error("the door failed", { error });
      return send(request, reply, refusal(parts, versionAsked(request), failure));
    });

    for (const port of ports) open(server, port);
    if (!server.hasRoute({ method: "GET", url: "/" })) {
      server.get("/", (_request, reply) =>
        reply
          .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
          .type("text/html; charset=utf-8")
          .send(homePage(addressNow())),
      );
    }

    return Promise.resolve();
  };
}

/**
 * The message that a request carries; undefined when its media type or charset is none of SOAP's.
 *
 * @throws ServiceError InvalidEnvelope for a multipart message that does not hold together
 */
function readMessage(
  request: FastifyRequest,
  clientCertificateOf: DoorOptions["clientCertificateOf"],
): SoapRequest | undefined {
  const outer = parseContentType(request.headers["content-type"]);
  if (outer === undefined) return undefined;
  const whole = (request.body as Buffer | null | undefined) ?? Buffer.alloc(0);
  const mtom = outer.media === "multipart/related";
  const { contentType, body } = mtom ? rootPart(outer, whole) : { contentType: outer, body: whole };
  const inner =
    contentType.media === "application/xop+xml" ? contentType.parameters.get("type") : undefined;
  const assumedVersion = soapVersionOf(parseContentType(inner)?.media ?? contentType.media);
  const encoding = encodingOf(contentType.parameters.get("charset"), body);
  if (assumedVersion === undefined || encoding === null) return undefined;
  const action =
    contentType.parameters.get("action") ??
    outer.parameters.get("action") ??
    header(request, "soapaction");
  return {
    body,
    encoding,
    assumedVersion,
    action: action?.replace(/^"|"$/g, "") || undefined,
    mtom,
    address: networkOf(request.ip),
    clientCertificate: clientCertificateOf?.(request.raw),
  };
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: SoapAnswer,
): Promise<FastifyReply> {
  if (answer.retryAfterSeconds !== undefined) reply.header("retry-after", answer.retryAfterSeconds);
  // Whatever is left of a body that is refused is not read.
  if (!request.raw.complete) reply.header("connection", "close");
  const compressing = compressed(header(request, "accept-encoding"), answer.body);
  const smaller = compressing && (await compressing);
  if (smaller) reply.header("content-encoding", "gzip").header("vary", "accept-encoding");
  return reply
    .code(answer.status)
    .header("content-type", answer.contentType)
    .header("x-correlation-id", answer.correlationId)
    .send(smaller ?? answer.body);
}

/** Parameters by name in lower case: some clients ask for `?WSDL`. */
function queryOf(request: FastifyRequest): ReadonlyMap<string, string> {
  const mark = request.url.indexOf("?");
  const pairs = new URLSearchParams(mark < 0 ? "" : request.url.slice(mark + 1));
  return new Map([...pairs].map(([name, value]) => [name.toLowerCase(), value]));
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

function versionAsked(request: FastifyRequest): SoapVersion {
  const contentType = parseContentType(request.headers["content-type"]);
  return soapVersionOf(contentType?.media ?? "") ?? "1.1";
}

function unsupported(): ServiceError {
  return new ServiceError("InvalidEnvelope", {
    hint: {
      ca: "El Content-Type ha de ser text/xml o application/soap+xml, amb un joc de caràcters conegut.",
      es: "El Content-Type debe ser text/xml o application/soap+xml, con un juego de caracteres conocido.",
      en: "The Content-Type must be text/xml or application/soap+xml, with a known charset.",
    },
  });
}
