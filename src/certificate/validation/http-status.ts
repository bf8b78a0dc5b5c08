import type { X509Certificate } from "node:crypto";
import { SECOND } from "../../domain/clock.ts";
import { exchange } from "../exchange.ts";
import { children, readOid } from "../../x509/der.ts";
import { certificateExtensions, CRL_DISTRIBUTION_POINTS, uris } from "../../x509/extensions.ts";
import { readCrl } from "./crl.ts";
import { ocspRequest, readOcsp } from "./ocsp.ts";
import { StatusError } from "./status.ts";
import type { StatusSource } from "./validation-data.ts";

const TIMEOUT = 10 * SECOND;
/** A list that is larger would make every certificate larger: it takes another authority. */
const LARGEST_ANSWER = 256 * 1024;

const AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1";
const OCSP = "1.3.6.1.5.5.7.48.1";

/**
 * Asks the authorities at the addresses in the certificates: OCSP first, because its answers are
 * small, then the list of revoked certificates.
 */
export function createHttpStatus({
  timeout = TIMEOUT,
}: {
  /** Milliseconds for each address. */
  readonly timeout?: number;
} = {}): StatusSource {
  const limits = { timeout, largest: LARGEST_ANSWER };
  return {
    async status(certificate, issuer) {
      const { ocsp, crl } = statusAddresses(certificate);
      const faults: string[] = [];
      for (const address of ocsp) {
        try {
          const question = {
            body: ocspRequest(certificate, issuer),
            contentType: "application/ocsp-request",
          };
          return readOcsp(await exchange(address, { ...limits, ...question }), certificate, issuer);
        } catch (error) {
          faults.push(`${address}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      for (const address of crl) {
        try {
          return readCrl(await exchange(address, limits), certificate, issuer);
        } catch (error) {
          faults.push(`${address}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      throw new StatusError(faults.length > 0 ? faults.join("; ") : "it names no address to ask");
    },
  };
}

/** The HTTP addresses in the extensions of a certificate (RFC 5280, 4.2.1.13 and 4.2.2.1). */
export function statusAddresses(certificate: X509Certificate): {
  readonly ocsp: readonly string[];
  readonly crl: readonly string[];
} {
  const extensions = certificateExtensions(certificate);
  const information = extensions.get(AUTHORITY_INFORMATION)?.value;
  const points = extensions.get(CRL_DISTRIBUTION_POINTS)?.value;
  const ocsp = (information ? children(information) : [])
    .filter((description) => readOid(children(description)[0]) === OCSP)
    .flatMap(uris);
  return { ocsp: ocsp.filter(isHttp), crl: (points ? uris(points) : []).filter(isHttp) };
}

function isHttp(address: string): boolean {
  return /^https?:\/\//.test(address);
}
