import type { BusinessEvent } from "../domain/business-event.ts";
import type { Logger } from "./logger.ts";

/** One line for each event: with its messageId a message can be followed from step to step. */
export function logEvent(log: Logger, event: BusinessEvent): void {
  switch (event.name) {
    case "accepted": {
      const { messageId, entityId, correlationId, segments } = event;
      log.info("accepted", { messageId, correlationId, entityId, count: segments });
      return;
    }
    case "relayed": {
      const { messageId, result, attempt, commandStatus } = event;
      const level = result === "indeterminate" ? "warn" : "info";
      log[level](result, { messageId, attempts: attempt, commandStatus });
      return;
    }
    case "receipt":
      log.info("receipt", { messageId: event.messageId, code: event.messageState });
      return;
    case "settled":
      log.info("settled", { messageId: event.messageId, code: event.outcome });
      return;
    case "deliveredLate":
      log.info("delivered late", { messageId: event.messageId, code: event.verdict });
      return;
    case "certified":
      log.info("certified", { messageId: event.messageId, code: event.kind });
      return;
    case "notified":
      log.info("notified", { messageId: event.messageId });
      return;
    case "putOff": {
      const { messageId, step, attempts, cause } = event;
      log.warn("put off", { messageId, step, attempts, cause });
      return;
    }
    case "givenUp": {
      const { messageId, step, cause } = event;
      log.error("given up: waits for a person", { messageId, step, cause });
      return;
    }
    case "requestPutOff": {
      const { batchId, attempts, cause } = event;
      log.warn("put off", { batchId, step: "batch", attempts, cause });
      return;
    }
    case "requestGivenUp": {
      const { batchId, correlationId, cause } = event;
      log.error("given up: its answer says so", { batchId, correlationId, step: "batch", cause });
      return;
    }
    case "conflict":
      log.error("conflict: waits for a person", {
        messageId: event.messageId,
        step: "settle",
        cause: event.cause,
      });
      return;
    case "fileDamaged": {
      const { messageId, kind, problem } = event;
      log.error("the file of a certificate is damaged", { messageId, code: kind, cause: problem });
      return;
    }
    case "filesRead": {
      const level = event.failures > 0 ? "error" : "info";
      log[level](`certificates read again, ${event.failures} damaged`, { count: event.files });
      return;
    }
    case "monthsNotMade":
      log.error("partitions of the months to come were not made", { cause: event.cause });
      return;
    case "monthsShort":
      log.error("too few months ahead have partitions", { count: event.monthsAhead });
      return;
    case "purged":
      log.info("certificates purged", { count: event.certificates });
  }
}
