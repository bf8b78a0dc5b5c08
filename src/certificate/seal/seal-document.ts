import { createHash } from "node:crypto";
import type { Unsealed } from "../pdf/document.ts";
import type { Revision } from "../pdf/update.ts";
import type { TimeStampAuthority } from "../time-stamp/authority.ts";
import type { SignedDataForm } from "./cms.ts";
import type { Seal } from "./seal.ts";

/** The CMS is larger than the hole that was left for it. */
export class HoleTooSmall extends Error {
  override readonly name = "HoleTooSmall";
  readonly needed: number;

  constructor(needed: number) {
    super(`the seal needs ${needed} bytes`);
    this.needed = needed;
  }
}

/**
 * Seals and time-stamps a document in place: the token covers the signature (CAdES-T), and both go
 * into the hole.
 *
 * @throws CertificateDelayed when the key or a token is not to be had
 * @throws HoleTooSmall when the document has to be made again with more room
 */
export async function sealDocument(
  { revision, hole }: Unsealed,
  form: SignedDataForm,
  seal: Seal,
  authority: TimeStampAuthority,
): Promise<Revision> {
  const { bytes } = revision;
  const digest = createHash("sha256")
    .update(bytes.subarray(0, hole.start - 1))
    .update(bytes.subarray(hole.start + hole.length + 1))
    .digest();
  const signedAttributes = form.signedAttributes(digest);
  const signature = await seal.sign(signedAttributes);
  const imprint = createHash("sha256").update(signature).digest();
  const timeStampToken = await authority.stamp(imprint);
  const cms = form.assemble({ signedAttributes, signature, timeStampToken });
  if (cms.length * 2 > hole.length) throw new HoleTooSmall(cms.length);
  bytes.write(cms.toString("hex"), hole.start, "latin1");
  return revision;
}
