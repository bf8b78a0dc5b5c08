import { sha256 } from "../../domain/content.ts";

/** As long as a clientReference of the typed port may be. */
const LONGEST = 100;

/**
 * The client reference of a message sent through the bus: IdPeticion and IdSolicitud, as people read
 * them. Where the two could be cut in more than one way, or are too long together, a hash of both
 * makes it unique.
 */
export function referenceOf(idPeticion: string, idSolicitud: string): string {
  const plain = `${idPeticion}/${idSolicitud}`;
  const isPlain = !/[/~]/.test(idPeticion + idSolicitud) && plain.length <= LONGEST;
  if (isPlain) return plain;
  const mark = sha256(JSON.stringify([idPeticion, idSolicitud])).slice(0, 40);
  return `${Array.from(plain).slice(0, 40).join("").trim()}~${mark}`;
}
