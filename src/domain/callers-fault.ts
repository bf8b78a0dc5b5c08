/** Fastify and Node mark what a request did wrong with a status of the 4xx; undefined for other errors. */
export function callersFault(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return undefined;
  const { statusCode } = error;
  const isTheirs = typeof statusCode === "number" && statusCode >= 400 && statusCode < 500;
  return isTheirs ? statusCode : undefined;
}
