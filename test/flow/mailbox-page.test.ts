import fastify, { type FastifyInstance } from "fastify";
import { registerLastAnswers } from "../../src/portal/last-answers.ts";
import { registerMailboxPage } from "../../src/portal/mailbox-page.ts";
import { startStory, type Story } from "../support/story.ts";

let story: Story;
let server: FastifyInstance;
let failures: unknown[];

beforeAll(async () => {
  story = await startStory();
  server = fastify();
  registerLastAnswers(server, { SOAP: "/ws/door" }, (_route, error) => failures.push(error));
  registerMailboxPage(server, story.context);
});
beforeEach(() => (failures = []));
afterAll(async () => {
  await server.close();
  await story.close();
});

const FORM = {
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  payload: "",
} as const;

test.each(["another", "%00", "a%00b", "%EF%BF%BE", "%27%20or%201=1", "..%2f"])(
  "the token %s is none of ours, whether it is read or pressed",
  async (token) => {
    for (const how of [{}, FORM]) {
      const { statusCode, body } = await server.inject({ url: `/bustia/${token}`, ...how });
      expect(statusCode).toBe(404);
      expect(body).toContain("Aquest enllaç ja s&#39;ha fet servir o ha caducat.");
    }
    expect(failures).toEqual([]);
  },
);
