import { ObjectStoreUnavailable } from "./domain/certificate.ts";
import type { Clock, RandomSource } from "./domain/clock.ts";
import type { Words } from "./domain/words.ts";
import type { LifecycleContext } from "./lifecycle/context.ts";
import type { LockFault } from "./object-store/prove-lock.ts";
import type { Settings } from "./settings.ts";
import { SetupProblem } from "./store/connection/setup-problem.ts";

/**
 * The store of certificate files that the settings name; undefined when all files are in the database.
 * New files go there only after it has proven that it locks.
 *
 * @throws SetupProblem when the bucket does not lock, or does not answer
 */
export async function openObjectStore(
  settings: Pick<Settings, "bucket" | "certificateStore">,
  { clock, random }: { readonly clock: Clock; readonly random: RandomSource },
): Promise<LifecycleContext["objects"]> {
  const { bucket, certificateStore } = settings;
  if (!bucket) return undefined;
  // Who keeps certificates in the database does without the weight of the client.
  const { findLockFault } = await import("./object-store/prove-lock.ts");
  const { createS3Store } = await import("./object-store/s3-store.ts");
  const keepsNew = certificateStore === "s3";
  if (keepsNew) {
    const probe = random.bytes(8).toString("hex");
    const fault = await findLockFault(bucket, { now: clock.now(), probe }).catch(noAnswer);
    if (fault) throw noLock(bucket.bucket, fault);
  }
  return { store: createS3Store(bucket), keepsNew };
}

const FAULTS: Record<LockFault, Words> = {
  noVersions: {
    ca: "no guarda versions",
    es: "no guarda versiones",
    en: "it keeps no versions",
  },
  noLock: {
    ca: "no té activat l'Object Lock",
    es: "no tiene activado el Object Lock",
    en: "Object Lock is not enabled on it",
  },
  notCompliance: {
    ca: "no ha guardat la retenció en mode COMPLIANCE que li hem demanat",
    es: "no ha guardado la retención en modo COMPLIANCE que le hemos pedido",
    en: "it did not keep the retention in COMPLIANCE mode that it was asked for",
  },
  shortenedInTheProof: {
    ca: "ha escurçat una retenció en mode COMPLIANCE",
    es: "ha acortado una retención en modo COMPLIANCE",
    en: "it shortened a retention in COMPLIANCE mode",
  },
  deletedInTheProof: {
    ca: "ha esborrat un fitxer que havia d'estar bloquejat",
    es: "ha borrado un fichero que debía estar bloqueado",
    en: "it deleted a file that should have been locked",
  },
};

function noLock(bucket: string, fault: LockFault): SetupProblem {
  const why = FAULTS[fault];
  return new SetupProblem({
    ca: `El dipòsit ${bucket} no serveix per guardar certificats: ${why.ca}. Creeu-ne un amb Object Lock (README.md diu com).`,
    es: `El depósito ${bucket} no sirve para guardar certificados: ${why.es}. Cree uno con Object Lock (README.md dice cómo).`,
    en: `The bucket ${bucket} is no place for certificates: ${why.en}. Make one with Object Lock (README.md says how).`,
  });
}

function noAnswer(error: unknown): never {
  if (!(error instanceof ObjectStoreUnavailable)) throw error;
  throw new SetupProblem({
    ca: `El magatzem de certificats no respon com cal (S3_ENDPOINT, S3_BUCKET, credencials): ${error.message}.`,
    es: `El almacén de certificados no responde como debe (S3_ENDPOINT, S3_BUCKET, credenciales): ${error.message}.`,
    en: `The store of certificates does not answer as it should (S3_ENDPOINT, S3_BUCKET, credentials): ${error.message}.`,
  });
}
