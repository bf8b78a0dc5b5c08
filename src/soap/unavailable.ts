/** SQLSTATE classes and codes that pass by themselves (PostgreSQL, appendix A). */
const PASSING_STATES = /^(08...|53...|57P0[1-4]|57014|55P03|25006|40001|40P01)$/;
const SYSTEM_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);
/** The client of the database has errors of its own that carry no code. */
const WITHOUT_CODE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|Query read timeout)/;

/** Whether an error says that the database, or this process, cannot work just now. */
export function isUnavailable(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; depth += 1) {
    const code = "code" in cause ? cause.code : undefined;
    if (typeof code === "string" && (SYSTEM_CODES.has(code) || PASSING_STATES.test(code))) {
      return true;
    }
    if (WITHOUT_CODE.test(cause.message)) return true;
    cause = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
  }
  return false;
}
