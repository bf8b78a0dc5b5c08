import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose_gc");

/** What nobody holds any more is gone afterwards, so that what is left can be measured. */
export const collectGarbage = runInNewContext("gc") as () => void;
