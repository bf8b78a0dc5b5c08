import type { Caller, Permission } from "../../src/domain/entity.ts";
import { uuidv7, type UserId } from "../../src/domain/ids.ts";
import { acceptSubmission } from "../../src/lifecycle/accept-submission.ts";
import { fetchCertificate } from "../../src/lifecycle/calls/fetch-certificate.ts";
import { tellStatus } from "../../src/lifecycle/calls/tell-status.ts";
import { insertUser } from "../../src/store/parties/users.ts";
import { systemRandom } from "../../src/system.ts";
import { contract, startStory, submission, type Story } from "../support/story.ts";

/** Who may what with whose message. */
let story: Story;
let csv: string;
let messageId: string;
const callers = new Map<string, Caller>();

beforeAll(async () => {
  story = await startStory();
  const { context } = story;
  const { entity } = story.caller;
  const stranger = await contract(context, "Un altre departament", "S0811002E", "stranger");
  await add("the sender", story.caller);
  await add("a stranger with every permission", stranger, "send", "certificates", "consult");
  await add("a colleague who sends", { entity, user: story.caller.user }, "send");
  await add("a colleague who fetches", { entity, user: story.caller.user }, "certificates");
  await add("a colleague who consults", { entity, user: story.caller.user }, "consult");
  await add("an archivist", { entity, user: story.caller.user }, "certificates", "consult");
  await add("nobody", { entity, user: story.caller.user });
  ({ messageId } = (await story.accept("matrix", "+34600100000")) as { messageId: string });
  await story.pass();
  const certificate = await story.certificate("matrix");
  csv = certificate.state === "issued" ? certificate.csv : "";

  async function add(name: string, like: Caller, ...permissions: Permission[]): Promise<void> {
    if (name === "the sender") {
      callers.set(name, like);
      return;
    }
    const now = context.clock.now();
    const userId = uuidv7(now, systemRandom) as UserId;
    const user = { ...like.user, userId, username: name.replaceAll(" ", "-"), permissions };
    await insertUser(context.db, user, { scrypt: "none", encrypted: undefined }, now);
    callers.set(name, { ...like, user });
  }
});
afterAll(async () => {
  expect(await story.integrity()).toEqual([]);
  await story.close();
});

type Answer = "yes" | "not there" | "refused";

test.each<[who: string, send: Answer, status: Answer, certificate: Answer]>([
  ["the sender", "yes", "yes", "yes"],
  ["a stranger with every permission", "yes", "not there", "not there"],
  ["a colleague who sends", "yes", "not there", "refused"],
  ["a colleague who fetches", "refused", "not there", "not there"],
  ["a colleague who consults", "refused", "yes", "refused"],
  ["an archivist", "refused", "yes", "yes"],
  ["nobody", "refused", "refused", "refused"],
])("%s: sends %s, status %s, certificate %s", async (who, send, status, certificate) => {
  const caller = callers.get(who)!;
  const { context } = story;
  expect(
    await answer(async () => {
      const one = submission(`by ${who}`, "+34600100000");
      await acceptSubmission(context, caller, one, { dryRun: true });
      return true;
    }),
  ).toBe(send);
  // By the entity's reference and by the id: neither tells a stranger that it exists.
  for (const key of [{ clientReference: "matrix" }, { messageId }]) {
    expect(
      await answer(async () => {
        const [entry] = await tellStatus(context, caller, [key]);
        return entry?.found !== undefined;
      }),
    ).toBe(status);
  }
  for (const key of [{ clientReference: "matrix" }, { messageId }, { csv }]) {
    expect(
      await answer(async () => (await fetchCertificate(context, caller, key)).state === "issued"),
    ).toBe(certificate);
  }
});

test("an entity or a user that is disabled or out of its time may nothing", async () => {
  const now = story.hands.clock.now();
  const { entity, user } = story.caller;
  for (const caller of [
    { entity: { ...entity, enabled: false }, user },
    { entity: { ...entity, certificatesEnabled: false }, user },
    { entity, user: { ...user, enabled: false } },
    { entity, user: { ...user, validUntil: now } },
    { entity, user: { ...user, validFrom: new Date(now.getTime() + 1) } },
  ]) {
    expect(await answer(async () => (await tellStatus(story.context, caller, [])).length > 0)).toBe(
      "refused",
    );
  }
});

async function answer(ask: () => Promise<boolean>): Promise<Answer> {
  try {
    return (await ask()) ? "yes" : "not there";
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "NotAuthorised") return "refused";
    if (code === "MessageNotFound") return "not there";
    throw error;
  }
}
