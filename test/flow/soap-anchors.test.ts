import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClientCertificateReader } from "../../src/https/client-certificate.ts";
import { openServer } from "../../src/https/open-server.ts";
import { refuseRequest } from "../../src/portal/last-answers.ts";
import { wholeSubject } from "../../src/soap/security/subject-names.ts";
import {
  deleteAnchor,
  insertAnchor,
  insertSubject,
  type SubjectName,
} from "../../src/store/parties/anchors.ts";
import { findCredential } from "../../src/store/parties/users.ts";
import { systemClock, systemTimers } from "../../src/system.ts";
import { AUTHORITY, makePair, type OpensslPair } from "../support/openssl-pair.ts";
import { peer } from "../support/peers.ts";
import { openDoor, type OpenDoor } from "../support/soap-door.ts";

const REQUEST = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
  <GetStatus xmlns="urn:sms-certificat:v1"><message><clientReference>x</clientReference></message></GetStatus>
</s:Body></s:Envelope>`;
const PROXIES = { trusted: ["127.0.0.1"], clientCertificateHeader: "client-cert" } as const;

peer("openssl")("certificates that an authority of the entity has issued", () => {
  let folder: string;
  let authority: OpensslPair;
  let below: OpensslPair;
  let person: OpensslPair;
  let door: OpenDoor;
  const revoked = new Set<string>();
  let authorityAnswers = true;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sms-certificat-anchors-"));
    authority = await makePair(folder, "authority", { extensions: AUTHORITY });
    below = await makePair(folder, "below", { extensions: AUTHORITY, issuer: authority });
    const subject = "/C=ES/CN=Núria Solé/serialNumber=IDCES-00000000T";
    person = await makePair(folder, "person", { subject, issuer: below });
    const server = openServer(
      { tls: undefined, proxies: PROXIES },
      {
        timers: systemTimers,
        log: { info: () => undefined, warn: () => undefined },
        refuse: refuseRequest,
      },
    );
    door = await openDoor(
      {
        clock: systemClock,
        clientCertificateOf: createClientCertificateReader(PROXIES),
        isRevoked: ({ serialNumber }) =>
          authorityAnswers
            ? Promise.resolve(revoked.has(serialNumber))
            : Promise.reject(new Error("no answer")),
      },
      server,
    );
  });
  afterAll(async () => {
    await door.close();
    await rm(folder, { recursive: true });
  });

  const raw = ({ certificate }: OpensslPair): string => `:${certificate.raw.toString("base64")}:`;

  async function answer(pair: OpensslPair, chain?: OpensslPair): Promise<string> {
    const response = await fetch(`${door.url}/ws/sms-certificat`, {
      method: "POST",
      headers: {
        "content-type": "text/xml",
        "client-cert": raw(pair),
        ...(chain && { "client-cert-chain": `${raw(chain)}, ${raw(authority)}` }),
      },
      body: REQUEST,
    });
    const body = await response.text();
    return /<code>(\w+)</.exec(body)?.[1] ?? (body.includes("<found>") ? "answered" : body);
  }

  async function trust({ certificate, fingerprint }: OpensslPair): Promise<void> {
    const { context, caller } = door.story;
    await insertAnchor(
      context.db,
      caller.entity.entityId,
      {
        fingerprint,
        certificate: certificate.raw,
        subject: wholeSubject(certificate),
        notAfter: new Date(certificate.validTo),
      },
      systemClock.now(),
    );
  }

  async function name(username: string, subject: SubjectName): Promise<boolean> {
    const { db } = door.story.context;
    const credential = await findCredential(db, username);
    return insertSubject(db, credential!.caller.user.userId, subject, systemClock.now());
  }

  test("stand for the user of their NIF once the authority is trusted, with the chain that is shown", async () => {
    expect(await name("demo", { kind: "nif", value: "00000000T" })).toBe(true);
    expect(await answer(person, below)).toBe("NotAuthenticated");
    await trust(authority);
    expect(await answer(person, below)).toBe("answered");
    expect(await answer(person)).toBe("NotAuthenticated");
    await trust(below);
    expect(await answer(person)).toBe("answered");
  });

  test("stand for the user of their whole subject, and for nobody by another", async () => {
    const subject = "/C=ES/O=Ajuntament/CN=Back office";
    const office = await makePair(folder, "office", { subject, issuer: below });
    expect(await answer(office)).toBe("NotAuthenticated");
    const whole = { kind: "subject", value: wholeSubject(office.certificate) } as const;
    expect(await name("text-only", whole)).toBe(true);
    expect(await name("demo", whole)).toBe(false);
    expect(await answer(office)).toBe("answered");
    const renewed = await makePair(folder, "renewed", { subject, issuer: below });
    expect(await answer(renewed)).toBe("answered");
    const elsewhere = await makePair(folder, "elsewhere", { extensions: AUTHORITY });
    expect(await answer(await makePair(folder, "copied", { subject, issuer: elsewhere }))).toBe(
      "NotAuthenticated",
    );
    expect(await answer(await makePair(folder, "own", { subject }))).toBe("NotAuthenticated");
  });

  test("the authorities of one entity say nothing about the users of another", async () => {
    const subject = "/CN=Altre departament";
    const other = await makePair(folder, "other", { subject, issuer: below });
    await name("no-contract", { kind: "subject", value: wholeSubject(other.certificate) });
    expect(await answer(other)).toBe("NotAuthenticated");
  });

  test("a revoked one does not count, and who cannot know asks to come back", async () => {
    revoked.add(person.certificate.serialNumber);
    expect(await answer(person)).toBe("NotAuthenticated");
    revoked.clear();
    authorityAnswers = false;
    expect(await answer(person)).toBe("Unavailable");
    authorityAnswers = true;
    expect(await answer(person)).toBe("answered");
  });

  test("nor does one whose authority is withdrawn", async () => {
    const { entityId } = door.story.caller.entity;
    expect(await deleteAnchor(door.story.context.db, entityId, below.fingerprint)).toBe(true);
    expect(await answer(person)).toBe("NotAuthenticated");
    expect(await answer(person, below)).toBe("answered");
    await deleteAnchor(door.story.context.db, entityId, authority.fingerprint);
    expect(await answer(person, below)).toBe("NotAuthenticated");
  });
});
