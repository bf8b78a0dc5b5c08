import type { LifecycleContext } from "../lifecycle/context.ts";
import type { DoorLog } from "../soap/log.ts";

export interface BusParts {
  readonly context: LifecycleContext;
  readonly settings: {
    /** Of cridaSincrona, cridaAsincrona and obtindreResultat. */
    readonly namespace: string;
    /** A modality that stands for all three. */
    readonly genericModality: string | undefined;
  };
  readonly log: DoorLog;
}
