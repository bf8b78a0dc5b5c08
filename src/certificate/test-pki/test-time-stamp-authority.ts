import { createHash, createPrivateKey, sign, X509Certificate } from "node:crypto";
import type { Clock, RandomSource } from "../../domain/clock.ts";
import {
  children,
  expectTag,
  generalizedTime,
  integer,
  nullValue,
  octetString,
  oid,
  readDer,
  sequence,
  TAG,
} from "../../x509/der.ts";
import { signedDataForm } from "../seal/cms.ts";
import { OID } from "../seal/oids.ts";
import type { TimeStampAuthority } from "../time-stamp/authority.ts";
import type { KeyAndChain } from "./test-pki.ts";

/** An arc under 2.25 (UUID) that means nothing outside the tests. */
const TEST_POLICY = "2.25.999";

/** An authority without validity: in the process itself, or behind a socket of a test. */
export interface TestTimeStampAuthority extends TimeStampAuthority {
  /** TimeStampResp to a TimeStampReq (RFC 3161, 2.4), in DER. */
  respond(request: Buffer): Buffer;
}

export function createTestTimeStampAuthority({
  keys,
  clock,
  random,
}: {
  readonly keys: KeyAndChain;
  readonly clock: Clock;
  readonly random: RandomSource;
}): TestTimeStampAuthority {
  const key = createPrivateKey(keys.key);
  const certificate = new X509Certificate(keys.chain).raw;
  const form = signedDataForm({
    chain: [certificate],
    algorithm: "ecdsaWithSha256",
    contentType: OID.timeStampInfo,
  });

  function token(imprint: Buffer, nonce: Buffer | undefined): Buffer {
    const content = sequence(
      integer(1),
      oid(TEST_POLICY),
      imprint,
      integer(random.bytes(8)),
      generalizedTime(clock.now()),
      ...(nonce ? [nonce] : []),
    );
    const signedAttributes = form.signedAttributes(createHash("sha256").update(content).digest());
    const signature = sign("sha256", signedAttributes, key);
    return form.assemble({ signedAttributes, signature, content });
  }

  return {
    stamp: (sha256) => {
      const imprint = sequence(sequence(oid(OID.sha256), nullValue), octetString(sha256));
      return Promise.resolve(token(imprint, undefined));
    },
    respond: (request) => {
      const [, imprint, ...rest] = children(expectTag(readDer(request), TAG.sequence));
      const nonce = rest.find(({ tag }) => tag === TAG.integer);
      const granted = sequence(integer(0));
      return sequence(granted, token(expectTag(imprint, TAG.sequence).bytes, nonce?.bytes));
    },
  };
}
