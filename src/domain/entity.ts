import type { EntityId, UserId } from "./ids.ts";
import { ServiceError } from "./errors.ts";
import type { Language, Words } from "./words.ts";

/** The legal person that contracts the service: a department or body; the sender of a message. */
export interface Entity {
  readonly entityId: EntityId;
  readonly name: string;
  /** Spanish tax number. */
  readonly nif: string;
  /** Code of the Directorio Común de Unidades Orgánicas y Oficinas, when the body has one. */
  readonly dir3: string | undefined;
  readonly enabled: boolean;
  readonly certificatesEnabled: boolean;
  /** Of what it receives, when a message does not name one; ca when nothing is said. */
  readonly language?: Language | undefined;
  /** Charged when a message does not name one. */
  readonly defaultCostCentre?: string | undefined;
  readonly quota?: Quota | undefined;
  /** Nothing is sent at night nor on holidays. */
  readonly quietHours?: boolean | undefined;
  /** Calls that each replica answers in a second; undefined: as many as the settings say. */
  readonly callsPerSecond?: number | undefined;
}

/** Messages that are accepted in a day and a month of Europe/Madrid; undefined: without a limit. */
interface Quota {
  readonly daily: number | undefined;
  readonly monthly: number | undefined;
}

/**
 * What a user may: `send` orders certified messages; `certificates` fetches their certificates;
 * `consult` reaches what other users of the entity sent, too; `administer` sees the usage of the entity
 * and cancels what others sent.
 */
export const PERMISSIONS = ["send", "certificates", "consult", "administer"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** A person or a back-office application that acts for an entity. */
export interface User {
  readonly userId: UserId;
  readonly entityId: EntityId;
  readonly username: string;
  readonly enabled: boolean;
  readonly permissions: readonly Permission[];
  /** Undefined: from the beginning. */
  readonly validFrom?: Date | undefined;
  /** The first instant at which it is over; undefined: without an end. */
  readonly validUntil?: Date | undefined;
}

/** Who calls: proved by the door, once per request. */
export interface Caller {
  readonly entity: Entity;
  readonly user: User;
}

/**
 * Certified messages need the permission of the entity and of the user.
 *
 * @param anyOf one of these is enough
 * @throws ServiceError NotAuthorised
 */
export function assertMay(
  { entity, user }: Caller,
  now: Date,
  ...anyOf: readonly [Permission, ...Permission[]]
): void {
  if (!entity.certificatesEnabled) throw refuse(ENTITY_DISABLED);
  assertInForce({ entity, user }, now);
  if (!anyOf.some((each) => user.permissions.includes(each))) throw refuse(NOT_PERMITTED[anyOf[0]]);
}

/**
 * That who calls is still somebody, whatever they may do.
 *
 * @throws ServiceError NotAuthorised
 */
export function assertInForce({ entity, user }: Caller, now: Date): void {
  if (!entity.enabled) throw refuse(ENTITY_DISABLED);
  if (!user.enabled) throw refuse(USER_DISABLED);
  const { validFrom, validUntil } = user;
  if ((validFrom && now < validFrom) || (validUntil && now >= validUntil))
    throw refuse(NOT_IN_FORCE);
}

/** Whether a message of the entity is within a user's reach. */
export function mayReach(user: User, sentBy: UserId): boolean {
  return sentBy === user.userId || user.permissions.includes("consult");
}

function refuse(hint: Words): ServiceError {
  return new ServiceError("NotAuthorised", { hint });
}

const ENTITY_DISABLED: Words = {
  ca: "L'entitat no té activats els SMS certificats; demaneu-ho al SAU.",
  es: "La entidad no tiene activados los SMS certificados; solicítelo al SAU.",
  en: "Certified SMS is not enabled for the entity; ask the service desk (SAU).",
};
const USER_DISABLED: Words = {
  ca: "L'usuari està desactivat; demaneu-ho al SAU.",
  es: "El usuario está desactivado; consúltelo con el SAU.",
  en: "The user is disabled; ask the service desk (SAU).",
};
const NOT_IN_FORCE: Words = {
  ca: "El permís de l'usuari no és vigent; demaneu-ne la renovació al SAU.",
  es: "El permiso del usuario no está vigente; solicite su renovación al SAU.",
  en: "The user's permission is not in force; ask the service desk (SAU) to renew it.",
};
const NOT_PERMITTED: Record<Permission, Words> = {
  send: {
    ca: "L'usuari no té permís per a SMS certificats; demaneu-ho al SAU.",
    es: "El usuario no tiene permiso para SMS certificados; solicítelo al SAU.",
    en: "The user has no permission for certified SMS; ask the service desk (SAU).",
  },
  certificates: {
    ca: "L'usuari no té permís per obtenir certificats; demaneu-lo al SAU.",
    es: "El usuario no tiene permiso para obtener certificados; solicítelo al SAU.",
    en: "The user has no permission to fetch certificates; ask the service desk (SAU).",
  },
  consult: {
    ca: "L'usuari no té permís per consultar els missatges de l'entitat; demaneu-lo al SAU.",
    es: "El usuario no tiene permiso para consultar los mensajes de la entidad; solicítelo al SAU.",
    en: "The user has no permission to consult the entity's messages; ask the service desk (SAU).",
  },
  administer: {
    ca: "L'usuari no té permís d'administració de l'entitat; demaneu-lo al SAU.",
    es: "El usuario no tiene permiso de administración de la entidad; solicítelo al SAU.",
    en: "The user has no permission to administer the entity; ask the service desk (SAU).",
  },
};
