import type { CertificateFacts } from "../../domain/certificate.ts";
import type { Logo } from "../../domain/logo.ts";
import type { StructureElement } from "../pdf/structure.ts";
import type { ExtraFont } from "../text/extra-fonts.ts";
import { createTypesetter, type Typefaces } from "../text/typesetter.ts";
import type { Wording } from "../wording/wording.ts";
import { sideBySide } from "./columns.ts";
import { writeContentSection } from "./content.ts";
import { writeFeet } from "./foot.ts";
import { writeHead } from "./head.ts";
import { Paper } from "./paper.ts";
import {
  documentSection,
  recipientSection,
  senderSection,
  writeEvidenceSection,
  writeScopeSection,
} from "./sections.ts";
import { CONTENT_SECTION, writeStatement } from "./statement.ts";
import { writeSegments, writeTimeline } from "./timeline.ts";

/** The pages of a certificate, drawn, with their structure. */
export interface DrawnCertificate {
  readonly pages: readonly string[];
  readonly shapes: readonly string[];
  readonly images: readonly Logo[];
  readonly structure: StructureElement;
  readonly extraFonts: readonly ExtraFont[];
}

interface DrawOptions {
  readonly test: boolean;
  readonly evidenceSha256: string;
}

/** Sizes at which a certificate may stand on one sheet, the best first. */
const ON_ONE_SHEET = [1, 0.96, 0.93];
/** What takes several sheets anyhow need not be small. */
const ON_SEVERAL = 1.08;

/** Draws a certificate, on one sheet when it fits. The same facts give the same operators. */
export function drawCertificate(
  typefaces: Typefaces,
  facts: CertificateFacts,
  wording: Wording,
  options: DrawOptions,
): DrawnCertificate {
  for (const scale of ON_ONE_SHEET) {
    const paper = write(typefaces, facts, wording, { ...options, scale });
    if (paper.sheetCount === 1) return finish(paper, facts, wording, options);
  }
  const paper = write(typefaces, facts, wording, { ...options, scale: ON_SEVERAL });
  return finish(paper, facts, wording, options);
}

function write(
  typefaces: Typefaces,
  facts: CertificateFacts,
  wording: Wording,
  { scale, evidenceSha256 }: DrawOptions & { readonly scale: number },
): Paper {
  const paper = new Paper(createTypesetter(typefaces), scale);
  writeHead(paper, facts, wording);
  writeStatement(paper, facts, wording);
  writeContentSection(paper, CONTENT_SECTION, facts, wording);
  sideBySide(
    paper,
    [senderSection(2, facts, wording)],
    [recipientSection(3, facts, wording), documentSection(4, facts, wording)],
  );
  writeTimeline(paper, 5, facts, wording);
  writeSegments(paper, 6, facts, wording);
  writeScopeSection(paper, 7, wording);
  writeEvidenceSection(paper, 8, facts, wording, evidenceSha256);
  return paper;
}

function finish(
  paper: Paper,
  facts: CertificateFacts,
  wording: Wording,
  { test }: DrawOptions,
): DrawnCertificate {
  writeFeet(paper, facts, wording, test);
  return {
    pages: paper.finish(),
    shapes: paper.shapes,
    images: paper.images,
    structure: paper.document,
    extraFonts: paper.typesetter.extra.all(),
  };
}
