import type { ServerOptions } from "node:https";
import type { Server } from "node:tls";
import { SECOND, type Timers } from "../domain/clock.ts";
import { readCertificateFile, readKeyPair, type KeyPairFiles } from "./key-pair.ts";

export interface HttpsFiles extends KeyPairFiles {
  /** The authorities whose client certificates count; undefined: none is asked for. */
  readonly clientCaPath: string | undefined;
}

/** A caller who does not end the handshake by then is cut off. */
const HANDSHAKE = 10 * SECOND;
const LOOK_AGAIN = 30 * SECOND;

/**
 * TLS 1.2 and 1.3, forward secrecy and authenticated encryption only (CCN-STIC 807). A client
 * certificate is asked for but not needed: most callers say who they are in the message.
 *
 * @throws KeyPairFault
 */
export function httpsOptions(files: HttpsFiles): ServerOptions {
  return {
    ...secureContext(files),
    minVersion: "TLSv1.2",
    ciphers: CIPHERS,
    handshakeTimeout: HANDSHAKE,
    requestCert: files.clientCaPath !== undefined,
    rejectUnauthorized: false,
  };
}

const CIPHERS = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_AES_128_GCM_SHA256",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

type SecureContext = Pick<ServerOptions, "key" | "cert" | "ca" | "minVersion" | "ciphers">;

function secureContext(files: HttpsFiles): SecureContext & { key: string; cert: string } {
  const { key, chain } = readKeyPair(files);
  const ca = files.clientCaPath === undefined ? [] : readCertificateFile(files.clientCaPath);
  return {
    key: String(key.export({ type: "pkcs8", format: "pem" })),
    cert: chain.map(String).join(""),
    ca: ca.map(String),
  };
}

interface Following {
  readonly timers: Timers;
  readonly onChange: () => void;
  /** The files are wrong at the moment: what was read before stays in use. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Reads the files again every half minute and puts what changed to use, for new connections; answers a
 * function that ends it. Certificates are renewed without a restart.
 */
export function followFiles(
  server: Pick<Server, "setSecureContext">,
  files: HttpsFiles,
  { timers, onChange, onFault }: Following,
): () => void {
  let inUse = JSON.stringify(secureContext(files));
  let toldFault = "";
  let cancel: () => void;
  const look = (): void => {
    try {
      const context = secureContext(files);
      const found = JSON.stringify(context);
      toldFault = "";
      if (found !== inUse) {
        server.setSecureContext({ ...context, minVersion: "TLSv1.2", ciphers: CIPHERS });
        inUse = found;
        onChange();
      }
    } catch (error) {
      // Half of a renewal may be in place; one line is enough for as long as it stays the same.
      const message = String(error);
      if (message !== toldFault) onFault(error);
      toldFault = message;
    }
    cancel = timers.after(LOOK_AGAIN, look);
  };
  cancel = timers.after(LOOK_AGAIN, look);
  return () => cancel();
}
