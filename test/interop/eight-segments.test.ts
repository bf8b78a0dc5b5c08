import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peer } from "../support/peers.ts";
import { startStory, type Story } from "../support/story.ts";

peer("pdftotext")("a long message over SMPP", () => {
  let story: Story;
  beforeAll(async () => {
    story = await startStory();
  });
  afterAll(async () => {
    expect(await story.integrity()).toEqual([]);
    await story.close();
  });

  test("500 Catalan characters: eight segments, eight receipts, and the certificate lists all eight", async () => {
    const text = "Notificació de l’Ajuntament: col·laboració, plaça. ".repeat(10).slice(0, 500);
    const { segments, encoding } = await story.accept("long", "+34600100000", { text });
    expect({ segments, encoding }).toEqual({ segments: 8, encoding: "UCS2" });
    await story.pass();
    const { view } = await story.status("long");
    expect(view.segments.map(({ messageState }) => messageState)).toEqual(
      Array(8).fill("DELIVERED"),
    );
    const certificate = await story.certificate("long");
    if (certificate.state !== "issued") throw new Error("not issued");

    const folder = mkdtempSync(join(tmpdir(), "sms-certificat-eight-"));
    const path = join(folder, "certificate.pdf");
    writeFileSync(path, certificate.pdf);
    const page = execFileSync("pdftotext", ["-layout", path, "-"]).toString();
    rmSync(folder, { recursive: true });
    for (const { number, smscMessageId } of view.segments) {
      expect(page).toContain(`${number}/8`);
      expect(page).toContain(smscMessageId);
    }
  });
});
