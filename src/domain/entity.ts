import type { EntityId, UserId } from "./ids.ts";
import { ServiceError } from "./errors.ts";

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
}

/** A person or a back-office application that acts for an entity. */
export interface User {
  readonly userId: UserId;
  readonly entityId: EntityId;
  readonly username: string;
  readonly enabled: boolean;
  readonly certificatesEnabled: boolean;
}

/** Who calls: proved by the door, once per request. */
export interface Caller {
  readonly entity: Entity;
  readonly user: User;
}

/** Certified messages need the permission of the entity and of the user. */
export function assertMayCertify({ entity, user }: Caller): void {
  if (!entity.enabled || !entity.certificatesEnabled) {
    throw new ServiceError("NotAuthorised", {
      hint: {
        ca: "L'entitat no té activats els SMS certificats; demaneu-ho al SAU.",
        es: "La entidad no tiene activados los SMS certificados; solicítelo al SAU.",
        en: "Certified SMS is not enabled for the entity; ask the service desk (SAU).",
      },
    });
  }
  if (!user.enabled || !user.certificatesEnabled) {
    throw new ServiceError("NotAuthorised", {
      hint: {
        ca: "L'usuari no té permís per a SMS certificats; demaneu-ho al SAU.",
        es: "El usuario no tiene permiso para SMS certificados; solicítelo al SAU.",
        en: "The user has no permission for certified SMS; ask the service desk (SAU).",
      },
    });
  }
}
