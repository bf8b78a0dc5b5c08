/** The fastest SMSC that there can be: takes everything, in a process of its own, for benchmarks. */
import { createServer, type AddressInfo } from "node:net";

const HEADER = 16;
const answers = new Map([
  [0x04, Buffer.from("0123456789\0")],
  [0x09, Buffer.from("ECHO\0")],
  [0x06, Buffer.alloc(0)],
  [0x15, Buffer.alloc(0)],
]);

const server = createServer((socket) => {
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const out: Buffer[] = [];
    let at = 0;
    while (data.length - at >= HEADER) {
      const length = data.readUInt32BE(at);
      if (data.length - at < length) break;
      const body = answers.get(data.readUInt32BE(at + 4));
      if (body) {
        const header = Buffer.alloc(HEADER);
        header.writeUInt32BE(HEADER + body.length, 0);
        header.writeUInt32BE(0x80000000 + data.readUInt32BE(at + 4), 4);
        data.copy(header, 12, at + 12, at + 16);
        out.push(header, body);
      }
      at += length;
    }
    rest = Buffer.from(data.subarray(at));
    if (out.length > 0) socket.write(Buffer.concat(out));
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(`port ${(server.address() as AddressInfo).port}`);
});
