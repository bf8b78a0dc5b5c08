import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock, RandomSource } from "../domain/clock.ts";
import { ServiceError } from "../domain/errors.ts";
import type { Backend } from "./backend.ts";
import { encodingOf, parseContentType, soapVersionOf } from "./content-type.ts";
import { DOOR_PATH, readContract } from "./contract.ts";
import { dispatch, refusal, type DispatchParts, type SoapAnswer } from "./dispatch.ts";
import { MEDIA_TYPE, type SoapVersion } from "./envelope.ts";
import type { DoorLog } from "./log.ts";
import { readBody } from "./read-body.ts";
import { createPasswordCheck } from "./security/password-check.ts";

interface DoorLimits {
  /** Bytes of a body, also after it is inflated. */
  readonly bodyBytes: number;
  readonly depth: number;
  readonly elements: number;
  readonly attributes: number;
}

const DEFAULT_LIMITS: DoorLimits = {
  bodyBytes: 256 * 1024,
  depth: 64,
  elements: 5_000,
  attributes: 5_000,
};

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
  readonly limits?: Partial<DoorLimits>;
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
  const contract = readContract();
  const checkPassword = createPasswordCheck(clock, random);
  const parts: DispatchParts = {
    backend,
    clock,
    random,
    log,
    secretsKey,
    validateResponses,
    contract,
    limits,
    checkPassword,
  };

  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser("*", (request, payload, done) => {
      readBody(request.headers, payload, limits.bodyBytes).then(
        (body) => done(null, body),
        (error: unknown) => done(error as Error),
      );
    });
    server.setErrorHandler((error, request, reply) => {
      const failure =
        error instanceof ServiceError
          ? error
          : new ServiceError(isCallersFault(error) ? "InvalidEnvelope" : "Internal");
      if (failure.code === "Internal") log.error("the door failed", { error });
      return send(reply, refusal(parts, versionAsked(request), failure));
    });

    server.post(DOOR_PATH, async (request, reply) => {
      const contentType = parseContentType(request.headers["content-type"]);
      const assumedVersion = soapVersionOf(contentType?.media ?? "");
      if (contentType === undefined || assumedVersion === undefined) {
        return send(reply, { ...refusal(parts, "1.1", unsupported()), status: 415 });
      }
      const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
      const encoding = encodingOf(contentType.parameters.get("charset"), body);
      if (encoding === null) {
        return send(reply, { ...refusal(parts, assumedVersion, unsupported()), status: 415 });
      }
      const action = contentType.parameters.get("action") ?? header(request, "soapaction");
      return send(
        reply,
        await dispatch(parts, {
          body,
          encoding,
          assumedVersion,
          action: action?.replace(/^"|"$/g, "") || undefined,
        }),
      );
    });

    server.get(DOOR_PATH, (request, reply) => {
      const asked = queryOf(request);
      const xsd = asked.get("xsd");
      const text = asked.has("wsdl")
        ? contract.wsdl(typeof publicUrl === "string" ? publicUrl : publicUrl())
        : xsd === undefined
          ? undefined
          : contract.xsd(xsd);
      if (text === undefined) {
        return reply
          .code(404)
          .type("text/plain; charset=utf-8")
          .send(`SOAP 1.1 and 1.2: POST here. The contract: ${DOOR_PATH}?wsdl\n`);
      }
      return reply.type("text/xml; charset=utf-8").send(text);
    });

    server.route({
      method: ["PUT", "PATCH", "DELETE", "OPTIONS"],
      url: DOOR_PATH,
      handler: (_request, reply) =>
        reply.code(405).header("allow", "GET, HEAD, POST").type("text/plain").send("405\n"),
    });
    return Promise.resolve();
  };
}

function send(reply: FastifyReply, answer: SoapAnswer): FastifyReply {
  if (answer.retryAfterSeconds !== undefined) reply.header("retry-after", answer.retryAfterSeconds);
  // Whatever is left of a body that is too large is not read.
  if (answer.status === 413) reply.header("connection", "close");
  return reply
    .code(answer.status)
    .header("content-type", `${MEDIA_TYPE[answer.version]}; charset=utf-8`)
    .header("x-correlation-id", answer.correlationId)
    .send(answer.body);
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

/** Fastify and Node mark what a request did wrong with a status of the 4xx. */
function isCallersFault(error: unknown): boolean {
  const status =
    typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : 500;
  return typeof status === "number" && status >= 400 && status < 500;
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
