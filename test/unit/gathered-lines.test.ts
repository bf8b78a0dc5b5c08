import { Writable } from "node:stream";
import { gatherLines } from "../../src/telemetry/gathered-lines.ts";

function output(): { writes: string[]; stream: Writable } {
  const writes: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk.toString());
      done();
    },
  });
  return { writes, stream };
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test("the lines of one turn are written together and in order", async () => {
  const { writes, stream } = output();
  const gathered = gatherLines(stream);
  gathered.stream.write("one\n");
  gathered.stream.write("two ·\n");
  expect(writes).toEqual([]);
  await turn();
  gathered.stream.write("three\n");
  await turn();
  expect(writes).toEqual(["one\ntwo ·\n", "three\n"]);
});

test("what was gathered when the process ends is written then, and once", async () => {
  const { writes, stream } = output();
  const gathered = gatherLines(stream);
  gathered.stream.write("last\n");
  gathered.flush();
  expect(writes).toEqual(["last\n"]);
  gathered.flush();
  await turn();
  expect(writes).toEqual(["last\n"]);
});
