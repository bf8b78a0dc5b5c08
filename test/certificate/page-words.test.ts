import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyPdf } from "../../src/certificate/verify.ts";
import type { CertificateFacts } from "../../src/domain/certificate.ts";
import type { NotDeliveredReason } from "../../src/domain/outcome.ts";
import { LANGUAGES, type Language } from "../../src/domain/words.ts";
import { certificateFacts } from "../support/certificate-facts.ts";
import { testIssuer, testPki } from "../support/certificate-issuer.ts";
import { peer } from "../support/peers.ts";
import {
  answerLost,
  attempt,
  givenUp,
  handedOver,
  refused,
  relayed,
  reported,
  toldFacts,
  type Happening,
} from "../support/told-facts.ts";

const directory = mkdtempSync(join(tmpdir(), "words-"));

/** What a certificate says, as a reader copies it, with every run of white space as one space. */
async function words(facts: CertificateFacts): Promise<string> {
  const { pdf } = await (await testIssuer()).issue(facts);
  expect(verifyPdf(pdf, { trusted: (await testPki()).root }).valid).toBe(true);
  const file = join(directory, "certificate.pdf");
  writeFileSync(file, pdf);
  const text = execFileSync("pdftotext", ["-raw", file, "-"], { encoding: "utf8" });
  return text.replace(/\s+/g, " ");
}

const decision = (as: "delivered" | "notDelivered", conflict: string): Happening => [
  90_000,
  { event: "ConflictDecided", as, conflict, decidedBy: "M. Vila (SAU)", reason: "tiquet 4711" },
];
peer("pdftotext")("what the page says", () => {
  test("a report that was attributed by number alone, because the answer was lost", async () => {
    const page = await words(
      toldFacts({ segments: 2 }, [
        attempt(2),
        answerLost(1),
        reported(8, "DELIVERED"),
        reported(9, "DELIVERED", { segment: 2, matchedBy: "recipient" }),
        handedOver(130, 9),
      ]),
    );
    expect(page).toContain(
      "l’operador va confirmar l’acceptació del segment 1 de 2 el 12/03/2026 10:15:33 (UTC+01:00); es va perdre la resposta de l’operador a la tramesa del segment 2 de 2, i per això els seus avisos sobre el segment 2 de 2 s’han atribuït pel número del destinatari i l’hora, i no per cap identificador.",
    );
    expect(page).not.toContain("no consta que");
    expect(page).toContain("confirmi l’acceptació abans accepta el segment 1 de 2");
    expect(page.match(/atribuït pel número del destinatari: es va perdre/g)).toHaveLength(1);
  });

  test("what a person decided, and what became of each report, in the order of time", async () => {
    const page = await words(
      toldFacts({}, [
        attempt(1),
        relayed(1),
        reported(8, "DELIVERED", { doubt: "the TLV says DELIVERED, the text UNDELIV" }),
        reported(3_600, "UNDELIVERABLE", { errorCode: "021" }),
        decision("delivered", "segment 1: UNDELIVERABLE was reported after DELIVERED"),
        handedOver(90_001, 8),
      ]),
    );
    expect(page).toContain(
      "Que els avisos de l’operador no són concloents (sobre l’SMS, «no lliurable» després de «lliurat»), i que el 13/03/2026 11:15:32 (UTC+01:00) M. Vila (SAU) va resoldre que consta el lliurament, pel motiu següent: «tiquet 4711»",
    );
    const timeline = page.slice(page.indexOf("5. Cronologia"), page.indexOf("6. Segments"));
    expect(timeline.match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)).toEqual(
      timeline.match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)?.toSorted(),
    );
    const events = [
      "Avís de l’operador, segment 1: lliurat",
      "avís dubtós: «the TLV says DELIVERED, the text UNDELIV»",
      "la resolució el dona per bo",
      "Es completa el lliurament",
      "Avís de l’operador, segment 1: no lliurable",
      "la resolució no el dona per bo",
      "Una persona resol sobre els avisos: consta el lliurament",
      "sobre l’SMS, «no lliurable» després de «lliurat»",
      "M. Vila (SAU): tiquet 4711",
    ];
    const places = events.map((event) => timeline.indexOf(event));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
  });

  test.each<[string, Happening[], NotDeliveredReason, string]>([
    [
      "one delivered, one expired, one without a final report",
      [relayed(3), reported(8, "DELIVERED"), reported(9, "EXPIRED", { segment: 2 })],
      "expired",
      "no consta el lliurament complet de l’SMS: l’operador va informar del lliurament del segment 1 de 3; l’operador va informar que havia caducat el temps de què disposava per lliurar el segment 2 de 3; l’operador va acceptar el segment 3 de 3, però no en va enviar cap avís final.",
    ],
    [
      "no final report for two",
      [relayed(3), reported(8, "DELIVERED"), reported(9, "ENROUTE", { segment: 2 })],
      "noReceipt",
      "no consta el lliurament complet de l’SMS: l’operador va informar del lliurament del segment 1 de 3; l’operador va acceptar els segments 2 i 3 de 3, però no en va enviar cap avís final.",
    ],
    [
      "none for any",
      [relayed(3)],
      "noReceipt",
      "no consta el lliurament de l’SMS: l’operador va acceptar els tres segments de l’SMS, però no en va enviar cap avís final.",
    ],
    [
      "the second refused",
      [refused(1)],
      "refused",
      "l’operador va acceptar el segment 1 de 3, però no en va enviar cap avís final; l’operador no va acceptar el segment 2 de 3; aquest servei no va trametre el segment 3 de 3, perquè l’operador no havia acceptat un segment anterior.",
    ],
    [
      "the answer about two lost",
      [answerLost(1)],
      "acceptanceNotConfirmed",
      "abans que confirmés l’acceptació dels segments 2 i 3 de 3, i no se’n va rebre cap avís final.",
    ],
  ])("of three segments, %s", async (_what, between, reason, expected) => {
    const happenings = [attempt(3), ...between, givenUp(reason)];
    const page = await words(toldFacts({ kind: "negative", segments: 3 }, happenings));
    expect(page).toContain(expected);
    const partly = page.includes("; només consta el lliurament del segment 1 de 3");
    expect(partly).toBe(page.includes("no consta el lliurament complet"));
  });

  test.each<[Language, string]>([
    ["ca", "no es va rebre cap avís de l’operador"],
    ["es", "no se recibió ningún aviso del operador"],
    ["en", "no report of the operator was received"],
    ["oc", "non se recebec cap avís der operador"],
  ])("without a report, in %s, and the zone of the clocks once", async (language, expected) => {
    const happenings = [attempt(1), relayed(1), givenUp("noReceipt")];
    const page = await words(toldFacts({ kind: "negative", language }, happenings));
    expect(page).toContain(expected);
    expect(page.match(/Europe\/Madrid/g)).toHaveLength(1);
  });

  test("letters without a typeface are explained, and nothing else is", async () => {
    const note = "[U+…] és el codi Unicode d’un caràcter que no es veu";
    expect(await words(certificateFacts({ text: "Bon dia, שלום" }))).toContain(note);
    expect(await words(certificateFacts({ entityName: "שלום" }))).toContain(note);
    expect(await words(certificateFacts({ text: "Bon dia 👋" }))).not.toContain("[U+…]");
  });

  test.each(LANGUAGES)("a text of nothing but white space is seen, in %s", async (language) => {
    const page = await words(certificateFacts({ language, text: "  \t \n" }));
    expect(page).toContain("··[U+0009]·[U+000A]");
    expect(page).toMatch(/«·»|“·”/);
    expect(page).toContain("[U+…]");
  });
});
