import { schedule, type ScheduledTask } from "node-cron";
import type { Step } from "../store/work.ts";

/** One step: looks once for work that is due and answers how much it took up. */
export type Tick = () => Promise<number>;

/** Every timer of the service. A tick only says when to look; the rows say what is due. */
const TIMETABLE = {
  relay: "* * * * * *",
  match: "* * * * * *",
  batch: "* * * * * *",
  ask: "*/20 * * * * *",
  settle: "* * * * * *",
  certify: "* * * * * *",
  notify: "*/5 * * * * *",
  callBack: "*/2 * * * * *",
  confirm: "*/5 * * * * *",
  warn: "30 */5 * * * *",
  bounce: "*/30 * * * * *",
  retain: "17 3 * * *",
  fixity: "41 1 * * *",
  clocks: "15 */5 * * * *",
} as const;

type Timer = keyof typeof TIMETABLE;

export interface Schedule {
  /** Makes a step look soon: the usual path is quick, the tick makes it certain. */
  wake(step: Step | "match" | "batch"): void;
  start(): void;
  /** No more ticks; resolves when what runs has ended. */
  stop(): Promise<void>;
}

/**
 * Runs each step alone: never twice at the same time in this process, again at once while it finds
 * work, and once more when it was woken meanwhile. Other processes may run the same steps beside it.
 */
export function createSchedule(
  steps: Record<Timer, Tick>,
  onError: (timer: Timer, error: unknown) => void,
): Schedule {
  const running = new Map<Timer, Promise<void>>();
  const woken = new Set<Timer>();
  const tasks: ScheduledTask[] = [];
  let stopped = false;

  async function run(timer: Timer): Promise<void> {
    do {
      woken.delete(timer);
      try {
        while (!isStopped() && (await steps[timer]()) > 0);
      } catch (error) {
        onError(timer, error);
        return;
      }
    } while (woken.has(timer) && !isStopped());
  }

  function isStopped(): boolean {
    return stopped;
  }

  function look(timer: Timer): void {
    if (stopped) return;
    if (running.has(timer)) {
      woken.add(timer);
      return;
    }
    const pass = run(timer).finally(() => {
      running.delete(timer);
      if (woken.has(timer)) look(timer);
    });
    running.set(timer, pass);
  }

  return {
    wake: look,
    start() {
      for (const timer of Object.keys(TIMETABLE) as Timer[]) {
        tasks.push(
          schedule(TIMETABLE[timer], () => {
            look(timer);
          }),
        );
      }
    },
    async stop() {
      stopped = true;
      for (const task of tasks) await task.destroy();
      await Promise.all(running.values());
    },
  };
}
