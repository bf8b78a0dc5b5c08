import { Writable } from "node:stream";

/** A stream of lines of which those of one turn of the event loop are written together. */
export interface GatheredLines {
  readonly stream: Writable;
  /** Writes what has been gathered; to be called when the process ends. */
  readonly flush: () => void;
}

/**
 * Writing to a pipe or a file holds the process up, a line as long as a hundred: under load the log
 * would cost as much as the work that it tells of.
 */
export function gatherLines(output: Writable): GatheredLines {
  let lines = "";
  const flush = (): void => {
    if (lines === "") return;
    const gathered = lines;
    lines = "";
    output.write(gathered);
  };
  const stream = new Writable({
    decodeStrings: false,
    write(line: string | Buffer, _encoding, done) {
      if (lines === "") setImmediate(flush);
      lines += line.toString();
      done();
    },
  });
  return { stream, flush };
}
