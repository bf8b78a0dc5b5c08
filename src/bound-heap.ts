import { setFlagsFromString } from "node:v8";

const FLAGS = [
  // Old objects are collected when their memory has grown by half. V8 lets it grow fourfold under load,
  // to three times what the service needs, for a few per cent of speed.
  "--heap-growing-percent=50",
  // Marking takes one thread beside ours. V8 takes up to seven at once, and on a small machine the
  // database and the calls stand still for as long as they run: a p99 of 16 ms becomes one of 32.
  "--concurrent-marking-max-worker-num=1",
  // What a call makes is new however often its likes were still in use at a collection: made as old, it
  // has to wait for the collection of everything.
  "--no-allocation-site-pretenuring",
];

/** Bounds what the heap takes and how much of the machine its collection may use. */
export function boundHeap(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
