import type pg from "pg";
import { parseBodyCode } from "../../domain/body-code.ts";
import type { EntityId } from "../../domain/ids.ts";
import { isNif } from "../../domain/legal-id.ts";
import {
  BUS_USER_SOURCES,
  findCodeHolder,
  replaceCodes,
  setBusIdentity,
  setBusPolicy,
  type BusPolicy,
  type BusUserSource,
} from "../../store/parties/requesters.ts";
import { TIMESTAMP_DEMANDS, type TimestampDemand } from "../../store/parties/users.ts";
import { UsageError, type Arguments } from "../command.ts";
import { changes } from "./actions.ts";

/** What PICA and PCI need to know of an entity or a user: what differs, and how it is saved. */
interface BusProfile {
  readonly change: Readonly<Record<string, unknown>>;
  save(client: pg.PoolClient): Promise<void>;
}

export const BUS_ENTITY_OPTIONS = {
  ine10: { type: "string" },
  "user-by": { type: "string" },
  "bus-timestamp": { type: "string" },
} as const;

export const BUS_USER_OPTIONS = { nif: { type: "string" }, bus: { type: "string" } } as const;

/** @param before of an entity that is there already */
export function readBusEntity(
  options: Arguments,
  entityId: EntityId,
  before?: BusPolicy,
): BusProfile {
  const ine10 = readCodes(options.text("ine10"));
  const userBy = readSources(options.text("user-by"));
  const timestamp = readDemand(options.text("bus-timestamp"));
  const after = {
    userBy: userBy ?? before?.userBy,
    busTimestamp: timestamp ?? before?.timestamp,
  };
  const from = { userBy: before?.userBy, busTimestamp: before?.timestamp };
  return {
    change: { ...(ine10 && { ine10 }), ...changes(from, after) },
    async save(client) {
      if (ine10) {
        const holder = await findCodeHolder(client, entityId, ine10);
        if (holder !== undefined) {
          throw new UsageError(`the entity ${holder} has one of these codes`);
        }
        await replaceCodes(client, entityId, ine10);
      }
      await setBusPolicy(client, entityId, { userBy, timestamp });
    },
  };
}

export function readBusUser(options: Arguments, username: string): BusProfile {
  const nif = options.text("nif")?.toUpperCase();
  if (nif !== undefined && !isNif(nif)) throw new UsageError("--nif has no right control digit");
  const said = options.text("bus");
  if (said !== undefined && said !== "yes" && said !== "no")
    throw new UsageError("--bus is yes or no");
  const isBus = said === undefined ? undefined : said === "yes";
  return {
    change: { ...(nif !== undefined && { nif }), ...(isBus !== undefined && { isBus }) },
    async save(client) {
      if (nif !== undefined || isBus !== undefined) {
        await setBusIdentity(client, username, { nif, isBus });
      }
    },
  };
}

function readCodes(typed: string | undefined): string[] | undefined {
  return typed
    ?.split(",")
    .filter((word) => word.trim() !== "")
    .map((word) => {
      const code = parseBodyCode(word);
      if (code === undefined) throw new UsageError(`${word} is neither an INE10 nor a DIR3 code`);
      return code;
    });
}

function readDemand(typed: string | undefined): TimestampDemand | undefined {
  const demand = TIMESTAMP_DEMANDS.find((each) => each === typed);
  if (typed !== undefined && !demand) {
    throw new UsageError(`--bus-timestamp is ${TIMESTAMP_DEMANDS.join(", ")}`);
  }
  return demand;
}

function readSources(typed: string | undefined): BusUserSource[] | undefined {
  return typed?.split(",").map((word) => {
    const source = BUS_USER_SOURCES.find((each) => each === word);
    if (!source) throw new UsageError(`--user-by is a list of ${BUS_USER_SOURCES.join(",")}`);
    return source;
  });
}
