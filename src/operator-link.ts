import { createHmac } from "node:crypto";
import type pg from "pg";
import type { Clock, RandomSource, Timers } from "./domain/clock.ts";
import { uuidv7 } from "./domain/ids.ts";
import type { SmsGateway } from "./lifecycle/ports.ts";
import type { Settings } from "./settings.ts";
import { createSmppGateway } from "./smpp/gateway.ts";
import { createKannelGateway } from "./smpp/kannel/gateway.ts";
import { describeLinkEvent, type BindLease } from "./smpp/link/link.ts";
import { holdLease, readHeard, releaseLease } from "./store/connection/leases.ts";
import type { Logger } from "./telemetry/logger.ts";

interface LinkParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timers: Timers;
  readonly log: Logger;
  readonly onEvent: (kind: string) => void;
}

/** How long a replica that died keeps the others from binding. */
const LEASE_MILLISECONDS = 30_000;

/** The mobile operator of the settings: over SMPP, or behind a Kannel gateway. */
export function createOperatorLink(
  { smpp, kannel, database }: Pick<Settings, "smpp" | "kannel" | "database">,
  parts: LinkParts,
  { db, key }: { readonly db: pg.Pool; readonly key: Buffer },
): SmsGateway {
  const { sheet, ...bind } = smpp;
  if (kannel) {
    const secret = createHmac("sha256", key).update("kannel call-back").digest("hex");
    return createKannelGateway({ operator: bind.operator, secret, ...kannel }, parts);
  }
  return createSmppGateway(
    { ...bind, ...sheet },
    {
      ...parts,
      tell: (event) => {
        parts.onEvent(event.kind);
        const line = `operator's link: ${describeLinkEvent(event)}`;
        if (event.kind === "bound") parts.log.info(line);
        else parts.log.warn(line);
      },
      // The embedded database has one service only, which need not ask anybody.
      ...(database && { lease: createLease(db, parts, `smpp/${bind.host}/${bind.systemId}`) }),
    },
  );
}

/** The right to bind, of which the replicas know by the database. */
export function createLease(
  db: pg.Pool,
  { clock, random }: Pick<LinkParts, "clock" | "random">,
  name: string,
): BindLease {
  const holder = uuidv7(clock.now(), random);
  return {
    hold: (heard) =>
      holdLease(db, {
        ...{ name, holder, heard },
        now: clock.now(),
        milliseconds: LEASE_MILLISECONDS,
      }),
    heard: () => readHeard(db, name, clock.now()),
    release: () => releaseLease(db, { name, holder }),
  };
}
