import { authoriseMailbox, listMailboxes, removeMailbox } from "../../store/parties/mailboxes.ts";
import { systemRandom } from "../../system.ts";
import { print, readArguments, UsageError } from "../command.ts";
import { administration, grant, GRANT_OPTIONS, show } from "./actions.ts";
import { neededUser } from "./user.ts";

const OPTIONS = {
  ...GRANT_OPTIONS,
  username: { type: "string" },
  address: { type: "string" },
} as const;

export const mailboxCommand = administration(
  "mailbox",
  "the addresses that may receive certificates",
  `mailbox add --username NAME --address MAIL [--confirmed]
    a link is mailed to it, and it receives nothing before somebody has followed it; --confirmed: it was
    confirmed in another way. Added again, it gets a new link, and mail that came back is forgotten
mailbox remove --username NAME --address MAIL
mailbox list [--username NAME] [--json]
What changes something takes --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async add(database, args) {
      const options = readArguments(args, { ...OPTIONS, confirmed: { type: "boolean" } });
      const confirmed = options.flag("confirmed");
      const user = await neededUser(database, options);
      const address = options.needed("address");
      if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) {
        throw new UsageError("--address must be an e-mail address");
      }
      const { entityId, username } = user;
      const change = { username, confirmed };
      const what = { entityId, subject: "mailbox", name: address, action: "add", change } as const;
      await grant(database, options, what, (db, now) =>
        authoriseMailbox(
          db,
          user.userId,
          address,
          now,
          confirmed ? "confirmed" : { token: systemRandom.bytes(18).toString("base64url") },
        ),
      );
      print(
        confirmed
          ? `${address} is authorised for the certificates of ${username}`
          : `${address} is authorised for the certificates of ${username} once somebody has followed the link of a mail to it`,
      );
      if (!database.settings.mail) {
        print(
          `SMTP_URL is not set: the ${confirmed ? "certificates wait" : "mail waits"} until serve has a mail server`,
        );
      }
    },
    async remove(database, args) {
      const options = readArguments(args, OPTIONS);
      const { userId, entityId, username } = await neededUser(database, options);
      const name = options.needed("address");
      const what = { entityId, subject: "mailbox", name, action: "remove", change: { username } };
      await grant(database, options, { ...what, subject: "mailbox" }, async (db) => {
        if (!(await removeMailbox(db, userId, name))) {
          throw new UsageError("this mailbox is not authorised for the user");
        }
      });
      print(`${name} receives no more certificates of ${username}`);
    },
    async list({ db }, args) {
      const options = readArguments(args, {
        username: { type: "string" },
        json: { type: "boolean" },
      });
      const rows = (await listMailboxes(db, options.text("username"))).map((row) => ({ ...row }));
      show(rows, options.flag("json"));
    },
  },
);
