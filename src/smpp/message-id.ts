/**
 * In which base an operator writes one id in its answers and in its receipts. SMPP 3.4 does not say;
 * the same digits may be valid in both, so that only the contract can tell.
 */
export type IdConvention =
  /** The same everywhere. */
  | "raw"
  /** Hexadecimal in submit_sm_resp, decimal in the text of receipts. */
  | "resp-hex"
  /** Decimal in submit_sm_resp, hexadecimal in the text of receipts. */
  | "dlr-hex";

export type IdSource = "response" | "receipt";

/**
 * The form in which ids are compared: decimal without leading zeros when the id is a number under the
 * convention, else capitals. Ids exceed 2^53.
 */
export function canonicalMessageId(id: string, convention: IdConvention, from: IdSource): string {
  const bare = id.replaceAll("\0", "").trim();
  const hexadecimal = convention === (from === "response" ? "resp-hex" : "dlr-hex");
  if (hexadecimal && /^[0-9a-f]+$/i.test(bare)) return BigInt(`0x${bare}`).toString();
  if (!hexadecimal && /^[0-9]+$/.test(bare)) return BigInt(bare).toString();
  return bare.toUpperCase();
}
