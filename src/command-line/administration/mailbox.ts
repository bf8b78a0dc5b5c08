import { authoriseMailbox, findCredential } from "../../store/users.ts";
import { systemClock } from "../../system.ts";
import { print, readArguments, UsageError } from "../command.ts";
import { administration } from "./actions.ts";

export const mailboxCommand = administration(
  "mailbox",
  "the addresses that may receive certificates",
  "mailbox add --username NAME --address MAIL",
  {
    async add({ db }, args) {
      const options = readArguments(args, {
        username: { type: "string" },
        address: { type: "string" },
      });
      const credential = await findCredential(db, options.needed("username"));
      if (!credential) throw new UsageError("there is no such user");
      const address = options.needed("address");
      if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) {
        throw new UsageError("--address must be an e-mail address");
      }
      const { userId } = credential.caller.user;
      await authoriseMailbox(db, userId, address, systemClock.now());
      print(`${address} may receive the certificates of ${credential.caller.user.username}`);
    },
  },
);
