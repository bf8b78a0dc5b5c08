import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { CertificateDelayed } from "../../domain/certificate.ts";
import { integer, sequence } from "../../x509/der.ts";
import { readSealChain, SealError } from "./key-file-seal.ts";
import type { Seal } from "./seal.ts";

const require = createRequire(import.meta.url);

type Handle = Buffer;

/** What is used of pkcs11js, which is installed only where it can be compiled. */
interface Pkcs11 {
  load(module: string): void;
  C_Initialize(options: { readonly flags: number }): void;
  C_Finalize(): void;
  C_GetSlotList(tokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): { readonly label: string };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_Login(session: Handle, user: number, pin: string): void;
  C_FindObjectsInit(
    session: Handle,
    template: readonly { readonly type: number; readonly value: number | string }[],
  ): void;
  C_FindObjects(session: Handle): Handle | null;
  C_FindObjectsFinal(session: Handle): void;
  C_SignInit(session: Handle, mechanism: { readonly mechanism: number }, key: Handle): void;
  C_SignAsync(session: Handle, data: Buffer, signature: Buffer): Promise<Buffer>;
}

/** PKCS#11 v2.40, names as there. */
const CKF_OS_LOCKING_OK = 2;
const CKF_SERIAL_SESSION = 4;
const CKU_USER = 1;
const CKA_CLASS = 0;
const CKA_LABEL = 3;
const CKO_PRIVATE_KEY = 3;
const CKM_ECDSA = 0x1041;
const CKM_SHA256_RSA_PKCS = 0x40;
const LONGEST_SIGNATURE = 512;
const SESSIONS = 16;

export interface Pkcs11Location {
  /** Path of the module of the maker. */
  readonly module: string;
  readonly token: string;
  /** Label of the private key. */
  readonly object: string;
}

/**
 * Reads where a key is from its URI (RFC 7512):
 * `pkcs11:token=segell;object=clau?module-path=/usr/lib/softhsm/libsofthsm2.so`
 *
 * @throws SealError when a part is missing
 */
export function parsePkcs11Uri(uri: string): Pkcs11Location {
  const match = /^pkcs11:([^?]*)\?(.*)$/.exec(uri);
  const parts = [...(match?.[1] ?? "").split(";"), ...(match?.[2] ?? "").split("&")];
  const values = new Map(
    parts.map((part) => {
      const [name = "", value = ""] = part.split(/=(.*)/s);
      return [name, decodeURIComponent(value)];
    }),
  );
  const [token, object, module] = ["token", "object", "module-path"].map((name) =>
    values.get(name),
  );
  if (token === undefined || object === undefined || module === undefined) {
    throw new SealError("the address of the key needs token, object and module-path");
  }
  return { module, token, object };
}

interface Open {
  readonly library: Pkcs11;
  readonly key: Handle;
  readonly free: Handle[];
  /** Signatures that are running. */
  busy: number;
  failed: boolean;
}

export interface Pkcs11Seal extends Seal {
  /** Closes the module; the next signature would open it again. */
  close(): void;
}

/**
 * A seal whose key stays in a module (HSM). It is opened at the first signature, and again after a
 * failure.
 *
 * @param chain PEM: the signing certificate, then its issuers
 * @throws SealError when pkcs11js is not installed, or the chain cannot be used
 */
export function createPkcs11Seal({
  location,
  pin,
  chain,
}: {
  readonly location: Pkcs11Location;
  readonly pin: string;
  readonly chain: string;
}): Pkcs11Seal {
  const { certificates, algorithm } = readSealChain(chain);
  const load = pkcs11();
  const waiting: (() => void)[] = [];
  // The native code does not keep the buffers of a running signature alive: this set does.
  const inUse = new Set<Buffer>();
  let open: Open | undefined;

  async function session(): Promise<{ readonly open: Open; readonly handle: Handle }> {
    for (;;) {
      open ??= openModule(load, location, pin);
      const handle = open.free.pop();
      if (handle) {
        open.busy += 1;
        return { open, handle };
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  async function sign(signedAttributes: Buffer): Promise<Buffer> {
    const isEcdsa = algorithm === "ecdsaWithSha256";
    const data = isEcdsa
      ? createHash("sha256").update(signedAttributes).digest()
      : Buffer.from(signedAttributes);
    const room = Buffer.alloc(LONGEST_SIGNATURE);
    const used = await session();
    inUse.add(data).add(room);
    try {
      const mechanism = isEcdsa ? CKM_ECDSA : CKM_SHA256_RSA_PKCS;
      used.open.library.C_SignInit(used.handle, { mechanism }, used.open.key);
      const signature = await used.open.library.C_SignAsync(used.handle, data, room);
      used.open.free.push(used.handle);
      return isEcdsa ? ecdsaDer(signature) : Buffer.from(signature);
    } catch (error) {
      used.open.failed = true;
      if (open === used.open) open = undefined;
      throw error;
    } finally {
      used.open.busy -= 1;
      closeFailed(used.open);
      inUse.delete(data);
      inUse.delete(room);
      waiting.shift()?.();
    }
  }

  return {
    chain: certificates,
    algorithm,
    close: () => {
      if (!open) return;
      open.failed = true;
      closeFailed(open);
      open = undefined;
    },
    sign: async (signedAttributes) => {
      try {
        return await sign(signedAttributes);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new CertificateDelayed(`the module of the seal does not sign: ${why}`, {
          cause: error,
        });
      }
    },
  };
}

function pkcs11(): () => Pkcs11 {
  try {
    const { PKCS11 } = require("pkcs11js") as { readonly PKCS11: new () => Pkcs11 };
    return () => new PKCS11();
  } catch (error) {
    throw new SealError("a seal in a module needs the package pkcs11js: npm install pkcs11js", {
      cause: error,
    });
  }
}

function openModule(
  load: () => Pkcs11,
  { module, token, object }: Pkcs11Location,
  pin: string,
): Open {
  const library = load();
  library.load(module);
  // Without this flag the signatures on several threads end the process.
  library.C_Initialize({ flags: CKF_OS_LOCKING_OK });
  try {
    const slot = library
      .C_GetSlotList(true)
      .find((one) => library.C_GetTokenInfo(one).label.trim() === token);
    if (!slot) throw new Error(`there is no token ${token}`);
    const free = Array.from({ length: SESSIONS }, () =>
      library.C_OpenSession(slot, CKF_SERIAL_SESSION),
    );
    const [first] = free;
    if (!first) throw new Error("the module gives no session");
    library.C_Login(first, CKU_USER, pin);
    library.C_FindObjectsInit(first, [
      { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
      { type: CKA_LABEL, value: object },
    ]);
    const key = library.C_FindObjects(first);
    library.C_FindObjectsFinal(first);
    if (!key) throw new Error(`there is no key ${object}`);
    return { library, key, free, busy: 0, failed: false };
  } catch (error) {
    library.C_Finalize();
    throw error;
  }
}

/** A module that failed is closed by the last signature that runs in it: others may still be signing. */
function closeFailed({ library, busy, failed }: Open): void {
  if (!failed || busy > 0) return;
  try {
    library.C_Finalize();
  } catch {
    // It is gone already.
  }
}

/** A module gives r and s one after the other; CMS wants them in DER (RFC 3279, 2.2.3). */
function ecdsaDer(signature: Buffer): Buffer {
  const half = signature.length / 2;
  return sequence(integer(signature.subarray(0, half)), integer(signature.subarray(half)));
}
