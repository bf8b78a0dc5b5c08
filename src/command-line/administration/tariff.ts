import { systemClock } from "../../system.ts";
import { inMadrid, instantInMadrid } from "../../domain/madrid.ts";
import { insertTariff, listTariffs } from "../../store/parties/tariffs.ts";
import { print, readArguments, UsageError } from "../command.ts";
import { administration, grant, GRANT_OPTIONS, show } from "./actions.ts";
import { neededEntity } from "./entity.ts";

export const tariffCommand = administration(
  "tariff",
  "what an SMS segment and a certificate cost",
  `tariff add --item sms|certificate --price EUROS --from DAY [--entity NIF]
    from the beginning of a day to come in Europe/Madrid (2027-01-01), or from an instant
    (2027-01-01T09:00:00+01:00); without taxes; of one entity, or of all that have none of their own
tariff list [--json]
What changes something takes --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async add(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        item: { type: "string" },
        price: { type: "string" },
        from: { type: "string" },
        entity: { type: "string" },
      });
      const item = options.needed("item");
      if (item !== "sms" && item !== "certificate") {
        throw new UsageError("--item is sms or certificate");
      }
      const price = options.needed("price");
      if (!/^\d{1,6}(\.\d{1,6})?$/.test(price)) {
        throw new UsageError("--price is a number of euros such as 0.055");
      }
      const validFrom = instantInMadrid(options.needed("from"));
      if (!validFrom || validFrom <= systemClock.now()) {
        throw new UsageError(
          "--from must be a day to come such as 2027-01-01 (Europe/Madrid), or an instant with its zone",
        );
      }
      const entity =
        options.text("entity") === undefined
          ? undefined
          : await neededEntity(database, options, "entity");
      const entityId = entity?.entityId;
      const name = entity ? `${item} of ${entity.nif}` : item;
      const change = { price, validFrom };
      const what = { entityId, subject: "tariff", name, action: "add", change } as const;
      await grant(database, options, what, async (db) => {
        if (!(await insertTariff(db, { item, entityId, validFrom, price }))) {
          throw new UsageError("there is a tariff from this instant on already");
        }
      });
      print(`${name}: ${price} EUR from ${inMadrid(validFrom)} on`);
    },
    async list({ db }, args) {
      const options = readArguments(args, { json: { type: "boolean" } });
      const json = options.flag("json");
      const rows = (await listTariffs(db)).map(({ item, nif, validFrom, price }) => {
        return { item, entity: nif ?? "all", from: json ? validFrom : inMadrid(validFrom), price };
      });
      show(rows, json);
    },
  },
);
