/** The image of an entity, as it is kept and printed: made when it is registered, never touched again. */
export interface Logo {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly colour: "grey" | "rgb";
  /** Eight bits a sample, row by row from the top, compressed with zlib (RFC 1950). */
  readonly samples: Buffer;
  /** What a screen reader says of it. */
  readonly description: string;
}
