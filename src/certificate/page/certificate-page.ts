import type { CertificateFacts } from "../../domain/certificate.ts";
import type { StructureElement } from "../pdf/structure.ts";
import type { ExtraFont } from "../text/extra-fonts.ts";
import { createTypesetter, type Typefaces } from "../text/typesetter.ts";
import type { Wording } from "../wording/wording.ts";
import { writeFeet } from "./foot.ts";
import { writeHead } from "./head.ts";
import { Paper } from "./paper.ts";
import {
  writeContentSection,
  writeDocumentSection,
  writeEvidenceSection,
  writeRecipientSection,
  writeScopeSection,
  writeSenderSection,
} from "./sections.ts";
import { CONTENT_SECTION, writeStatement } from "./statement.ts";
import { writeSegments, writeTimeline } from "./timeline.ts";

/** The pages of a certificate, drawn, with their structure. */
export interface DrawnCertificate {
  readonly pages: readonly string[];
  readonly shapes: readonly string[];
  readonly structure: StructureElement;
  readonly extraFonts: readonly ExtraFont[];
}

/** Draws a certificate. The same facts give the same operators. */
export function drawCertificate(
  typefaces: Typefaces,
  facts: CertificateFacts,
  wording: Wording,
  { test, evidenceSha256 }: { readonly test: boolean; readonly evidenceSha256: string },
): DrawnCertificate {
  const paper = new Paper(createTypesetter(typefaces));
  writeHead(paper, facts, wording);
  writeStatement(paper, facts, wording);
  writeDocumentSection(paper, facts, wording);
  writeSenderSection(paper, facts, wording);
  writeRecipientSection(paper, facts, wording);
  writeContentSection(paper, CONTENT_SECTION, facts, wording);
  writeTimeline(paper, 5, facts, wording);
  writeSegments(paper, 6, facts, wording);
  writeScopeSection(paper, 7, wording);
  writeEvidenceSection(paper, 8, facts, wording, evidenceSha256);
  writeFeet(paper, facts, wording, test);
  return {
    pages: paper.finish(),
    shapes: paper.shapes,
    structure: paper.document,
    extraFonts: paper.typesetter.extra.all(),
  };
}
