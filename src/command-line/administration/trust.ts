import type { X509Certificate } from "node:crypto";
import type { Entity } from "../../domain/entity.ts";
import { KeyPairFault, readCertificateFile } from "../../https/key-pair.ts";
import { fingerprintOf } from "../../soap/security/certificate-holder.ts";
import { wholeSubject } from "../../soap/security/subject-names.ts";
import {
  deleteAnchor,
  deleteSubject,
  insertAnchor,
  insertSubject,
  listAnchors,
  listSubjects,
  type SubjectName,
} from "../../store/parties/anchors.ts";
import { setResponsesSigned } from "../../store/parties/entities.ts";
import type { Grant } from "../../store/parties/grants.ts";
import { print, readArguments, UsageError, type Arguments } from "../command.ts";
import { administration, grant, GRANT_OPTIONS, show } from "./actions.ts";
import { neededEntity } from "./entity.ts";
import { neededUser } from "./user.ts";

const SUBJECT_OPTIONS = {
  ...GRANT_OPTIONS,
  username: { type: "string" },
  file: { type: "string" },
  "legal-id": { type: "string" },
} as const;

export const trustCommand = administration(
  "trust",
  "authorities and certificates by which an entity's callers are believed, and signed answers",
  `trust anchor --nif NIF --file PEM              takes certificates issued by these authorities …
trust subject --username NAME --file PEM       … for the user whose subject is that of this one
trust subject --username NAME --legal-id NIF   … or who has this NIF in the subject (IDCES-, VATES-)
trust list --nif NIF [--json]
trust withdraw --nif NIF --fingerprint SHA256  an authority
trust forget --username NAME (--file PEM | --legal-id NIF)
trust responses --nif NIF --signed yes|no      answers to the entity's callers are signed
All that change something take --by NAME and --ticket NUMBER (of the service desk; needed in production)`,
  {
    async anchor(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        nif: { type: "string" },
        file: { type: "string" },
      });
      const entity = await neededEntity(database, options);
      const certificates = readPem(options.needed("file"));
      if (!certificates.every(({ ca }) => ca)) {
        throw new UsageError("--file must hold certificates of authorities only (CA:TRUE)");
      }
      for (const certificate of certificates) {
        const anchor = {
          fingerprint: fingerprintOf(certificate),
          certificate: certificate.raw,
          subject: wholeSubject(certificate),
          notAfter: new Date(certificate.validTo),
        };
        const { fingerprint, notAfter } = anchor;
        const change = { fingerprint, notAfter };
        await grant(database, options, grantOf(entity, "anchor", change), async (db, now) => {
          await insertAnchor(db, entity.entityId, anchor, now);
        });
        print(`${entity.name} takes certificates of ${anchor.subject}`);
      }
    },
    async withdraw(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        nif: { type: "string" },
        fingerprint: { type: "string" },
      });
      const entity = await neededEntity(database, options);
      const fingerprint = options.needed("fingerprint").replaceAll(":", "").toLowerCase();
      await grant(database, options, grantOf(entity, "withdraw", { fingerprint }), async (db) => {
        if (await deleteAnchor(db, entity.entityId, fingerprint)) return;
        throw new UsageError("the entity has no authority with this fingerprint: see trust list");
      });
      print(`${entity.name} takes no more certificates of that authority`);
    },
    async subject(database, args) {
      const options = readArguments(args, SUBJECT_OPTIONS);
      const user = await neededUser(database, options);
      const name = readName(options);
      const what = { ...NAMED, entityId: user.entityId, name: user.username, change: { ...name } };
      await grant(database, options, { ...what, action: "subject" }, async (db, now) => {
        if (await insertSubject(db, user.userId, name, now)) return;
        throw new UsageError("this name stands for a user already");
      });
      print(`certificates of ${name.value} stand for ${user.username}`);
    },
    async forget(database, args) {
      const options = readArguments(args, SUBJECT_OPTIONS);
      const user = await neededUser(database, options);
      const name = readName(options);
      const what = { ...NAMED, entityId: user.entityId, name: user.username, change: { ...name } };
      await grant(database, options, { ...what, action: "forget" }, async (db) => {
        if (await deleteSubject(db, user.userId, name)) return;
        throw new UsageError("this name does not stand for the user: see trust list");
      });
      print(`certificates of ${name.value} stand for nobody`);
    },
    async list(database, args) {
      const options = readArguments(args, { nif: { type: "string" }, json: { type: "boolean" } });
      const { entityId } = await neededEntity(database, options);
      const anchors = await listAnchors(database.db, entityId);
      const subjects = await listSubjects(database.db, entityId);
      show(
        [
          ...anchors.map(({ subject, fingerprint, notAfter }) => ({
            what: "anchor",
            name: subject,
            fingerprint,
            until: notAfter,
            username: undefined,
          })),
          ...subjects.map(({ kind, value, username }) => ({
            what: kind,
            name: value,
            fingerprint: undefined,
            until: undefined,
            username,
          })),
        ],
        options.flag("json"),
      );
    },
    async responses(database, args) {
      const options = readArguments(args, {
        ...GRANT_OPTIONS,
        nif: { type: "string" },
        signed: { type: "string" },
      });
      const entity = await neededEntity(database, options);
      const answer = options.needed("signed");
      if (answer !== "yes" && answer !== "no") throw new UsageError("--signed is yes or no");
      const signed = answer === "yes";
      await grant(database, options, grantOf(entity, "responses", { signed }), (db) =>
        setResponsesSigned(db, entity.entityId, signed),
      );
      print(`answers to ${entity.name} are ${signed ? "signed" : "not signed"}`);
    },
  },
);

const NAMED = { subject: "user" } as const;

/** The name in certificates that `--file` or `--legal-id` says. */
function readName(options: Arguments): SubjectName {
  const nif = options.text("legal-id")?.toUpperCase();
  const file = options.text("file");
  if ((nif === undefined) === (file === undefined)) {
    throw new UsageError("say either --file or --legal-id");
  }
  if (file !== undefined) {
    const [certificate] = readPem(file);
    return { kind: "subject", value: wholeSubject(certificate) };
  }
  if (nif === undefined || !/^[0-9A-Z]{9}$/.test(nif)) {
    throw new UsageError("--legal-id must be a NIF, NIE or CIF of nine characters");
  }
  return { kind: "nif", value: nif };
}

function readPem(path: string): [X509Certificate, ...X509Certificate[]] {
  try {
    return readCertificateFile(path);
  } catch (error) {
    if (error instanceof KeyPairFault) throw new UsageError(`--file: ${error.message}`);
    throw error;
  }
}

function grantOf(
  { entityId, nif }: Entity,
  action: string,
  change: Grant["change"],
): Pick<Grant, "entityId" | "subject" | "name" | "action" | "change"> {
  return { entityId, subject: "entity", name: nif, action, change };
}
