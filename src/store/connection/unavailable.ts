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
  let cause = error as Cause | undefined;
  for (let depth = 0; cause && depth < 4; depth += 1) {
    const { code, message } = cause;
    if (typeof code === "string" && (SYSTEM_CODES.has(code) || PASSING_STATES.test(code))) {
      return true;
    }
    if (typeof message === "string" && WITHOUT_CODE.test(message)) return true;
    cause = cause.errors?.[0] ?? cause.cause;
  }
  return false;
}

/** What libraries throw, which need not be an Error of this realm. */
interface Cause {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: readonly Cause[];
  readonly cause?: Cause;
}
