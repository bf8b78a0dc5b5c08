import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { pem } from "../pem.ts";
import { SealError } from "./key-file-seal.ts";

const SHROUDED_KEY = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE = "1.2.840.113549.1.12.10.1.3";

/**
 * Key and chain, in PEM, of a PKCS#12 file (RFC 7292) that is protected with AES (PBES2), as OpenSSL 3
 * writes it. The certificate of the key comes first.
 *
 * @throws SealError when the password is wrong, or the protection is one of those that are broken
 */
export async function readPkcs12(
  file: Buffer,
  password: string,
): Promise<{ readonly key: string; readonly chain: string }> {
  const bags = await openBags(file, password);
  const keys: string[] = [];
  const certificates: { readonly pem: string; readonly ofKey: boolean }[] = [];
  for (const bag of bags) {
    if (bag.bagId === SHROUDED_KEY) {
      const shrouded = bag.bagValue as pkijs.PKCS8ShroudedKeyBag;
      const info = shrouded.parsedValue as pkijs.PrivateKeyInfo;
      keys.push(pem("PRIVATE KEY", info.toSchema().toBER()));
    } else if (bag.bagId === CERTIFICATE) {
      const value = (bag.bagValue as pkijs.CertBag).parsedValue as pkijs.Certificate;
      const ofKey = bag.bagAttributes?.some(({ type }) => type === LOCAL_KEY_ID) ?? false;
      certificates.push({ pem: pem("CERTIFICATE", value.toSchema(true).toBER()), ofKey });
    }
  }
  const [key] = keys;
  if (key === undefined || keys.length > 1) throw new SealError("the file has not exactly one key");
  const chain = [...certificates].sort((a, b) => Number(b.ofKey) - Number(a.ofKey));
  return { key, chain: chain.map((one) => one.pem).join("") };
}

/** The certificate that goes with the key carries the same identifier (RFC 7292, 4.2). */
const LOCAL_KEY_ID = "1.2.840.113549.1.9.21";

async function openBags(file: Buffer, password: string): Promise<readonly pkijs.SafeBag[]> {
  const secret = new Uint8Array(Buffer.from(password, "utf8")).buffer;
  try {
    const pfx = new pkijs.PFX({ schema: asn1js.fromBER(new Uint8Array(file)).result });
    await pfx.parseInternalValues({ password: secret, checkIntegrity: true });
    const authenticated = pfx.parsedValue?.authenticatedSafe;
    if (!authenticated) throw new SealError("the file has no content");
    await authenticated.parseInternalValues({
      safeContents: authenticated.safeContents.map(() => ({ password: secret })),
    });
    const contents = authenticated.parsedValue as {
      readonly safeContents: readonly { readonly value: pkijs.SafeContents }[];
    };
    const bags = contents.safeContents.flatMap(({ value }) => value.safeBags);
    for (const bag of bags) {
      if (bag.bagId !== SHROUDED_KEY) continue;
      const shrouded = bag.bagValue as unknown as {
        parseInternalValues(parameters: { readonly password: ArrayBuffer }): Promise<void>;
      };
      await shrouded.parseInternalValues({ password: secret });
    }
    return bags;
  } catch (error) {
    if (error instanceof SealError) throw error;
    throw new SealError("the PKCS#12 file cannot be opened: is its password right?", {
      cause: error,
    });
  }
}
