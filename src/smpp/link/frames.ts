import { HEADER_LENGTH, MAX_PDU_LENGTH } from "../pdu.ts";

/** The stream has lost its place: nothing that follows can be trusted. */
class LostFraming extends Error {
  override readonly name = "LostFraming";
}

/** Cuts a stream of octets into PDUs, however TCP has split or joined them. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * The frames that a chunk completes. They are views of it.
   *
   * @throws LostFraming when a command_length is impossible
   */
  *push(chunk: Buffer): Generator<Buffer, void> {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = data;
    let at = 0;
    while (data.length - at >= 4) {
      const length = data.readUInt32BE(at);
      if (length < HEADER_LENGTH || length > MAX_PDU_LENGTH) {
        throw new LostFraming(`a PDU of ${length} octets`);
      }
      if (data.length - at < length) break;
      const frame = data.subarray(at, at + length);
      at += length;
      this.#rest = data.subarray(at);
      yield frame;
    }
  }
}
