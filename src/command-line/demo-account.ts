import type pg from "pg";
import { uuidv7, type EntityId, type UserId } from "../domain/ids.ts";
import { encryptSecret, hashSecret, makeSecret } from "../domain/secret.ts";
import { insertEntity } from "../store/parties/entities.ts";
import { replaceCodes } from "../store/parties/requesters.ts";
import { insertUser } from "../store/parties/users.ts";
import { systemRandom } from "../system.ts";

export interface DemoAccount {
  readonly username: string;
  readonly secret: string;
}

/** Under which PICA and PCI know the entity of the demonstration, as in wsdl/pica/pica-call.yaml. */
const DEMO_INE10 = "9821920002";

/** An entity and a user with permission for certified SMS, as an administrator would add them. */
export async function contractDemo(
  { db, secretsKey }: { readonly db: pg.Pool; readonly secretsKey: Buffer },
  now: Date,
): Promise<DemoAccount> {
  const entityId = uuidv7(now, systemRandom) as EntityId;
  await insertEntity(
    db,
    {
      entityId,
      name: "Departament de Demostració",
      nif: "S0811001G",
      dir3: "A09000000",
      enabled: true,
      certificatesEnabled: true,
    },
    now,
  );
  await replaceCodes(db, entityId, [DEMO_INE10]);
  const username = "demo";
  const secret = makeSecret(systemRandom);
  await insertUser(
    db,
    {
      userId: uuidv7(now, systemRandom) as UserId,
      entityId,
      username,
      enabled: true,
      permissions: ["send", "certificates", "consult", "administer"],
    },
    {
      scrypt: await hashSecret(secret, systemRandom),
      encrypted: encryptSecret(secret, secretsKey, systemRandom),
    },
    now,
  );
  return { username, secret };
}
