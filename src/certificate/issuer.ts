import { createHash, X509Certificate } from "node:crypto";
import {
  CertificateDelayed,
  type CertificateFacts,
  type SealedCertificate,
} from "../domain/certificate.ts";
import { MINUTE, type Clock } from "../domain/clock.ts";
import { sha256 } from "../domain/content.ts";
import type { CertificateIssuer } from "../lifecycle/ports.ts";
import { evidenceJson, evidenceXml } from "./evidence-package.ts";
import { drawCertificate } from "./page/certificate-page.ts";
import { fillForm, type Unsealed } from "./pdf/document.ts";
import { buildForm, type Form } from "./pdf/form.ts";
import type { Revision } from "./pdf/update.ts";
import { checkSeal } from "./seal/check-seal.ts";
import { signedDataForm } from "./seal/cms.ts";
import { OID } from "./seal/oids.ts";
import type { Seal } from "./seal/seal.ts";
import { HoleTooSmall, sealDocument } from "./seal/seal-document.ts";
import { baseFont } from "./text/base-font.ts";
import { loadFonts } from "./text/fonts.ts";
import type { Typefaces } from "./text/typesetter.ts";
import type { TimeStampAuthority } from "./time-stamp/authority.ts";
import { appendValidationData } from "./validation/dss.ts";
import type { ValidationSource } from "./validation/validation-data.ts";
import { wordingOf } from "./wording/languages.ts";

export interface CertificateIssuerOptions {
  readonly clock: Clock;
  readonly seal: Seal;
  readonly timeStampAuthority: TimeStampAuthority;
  /** What is appended so that the seal can still be verified in years (PAdES B-LT). */
  readonly validation: ValidationSource;
  /** Marks every page as a test without validity. */
  readonly test: boolean;
}

/** Room for the time-stamp, at first; it grows when an authority sends more. */
const FIRST_TOKEN_ROOM = 1_400;
const ROOM_STEP = 512;
/** An authority whose clock is this far from ours is not believed. */
const WIDEST_CLOCK_DIFFERENCE = 5 * MINUTE;

/** Opens fonts and builds the form, once; issuing then needs nothing but memory, the key and the TSA. */
export async function createCertificateIssuer(
  options: CertificateIssuerOptions,
): Promise<CertificateIssuer> {
  const { clock, seal, timeStampAuthority, validation, test } = options;
  const fonts = await loadFonts();
  const typefaces: Typefaces = {
    fonts,
    base: { regular: baseFont(fonts.sans), bold: baseFont(fonts.bold) },
  };
  const form = await buildForm(typefaces);
  const cms = signedDataForm({ ...seal, contentType: OID.data });
  const probe = cms.assemble({
    signedAttributes: cms.signedAttributes(Buffer.alloc(32)),
    signature: Buffer.alloc(512),
  });
  let room = probe.length + FIRST_TOKEN_ROOM;

  const chain = seal.chain.map((der) => new X509Certificate(der));

  async function seals(facts: CertificateFacts): Promise<Revision> {
    for (;;) {
      const unsealed = draw({ form, typefaces, facts, test, room });
      try {
        return await sealDocument(unsealed, cms, seal, timeStampAuthority);
      } catch (error) {
        if (!(error instanceof HoleTooSmall)) throw error;
        room = error.needed + ROOM_STEP;
      }
    }
  }

  return {
    async issue(facts): Promise<SealedCertificate> {
      const sealed = await seals(facts);
      const { data, timeStamp } = checkSeal(sealed.bytes);
      const difference = Math.abs(timeStamp.at.getTime() - clock.now().getTime());
      if (difference > WIDEST_CLOCK_DIFFERENCE) {
        throw new CertificateDelayed("the clock of the time-stamp authority is not ours");
      }
      const leaves = [data.signer, timeStamp.authority];
      const pool = [...chain, ...timeStamp.certificates];
      const pdf = appendValidationData(sealed, await validation.dataFor(leaves, pool));
      return { pdf, sha256: sha256(pdf), stampedAt: timeStamp.at };
    },
  };
}

interface DrawParts {
  readonly form: Form;
  readonly typefaces: Typefaces;
  readonly facts: CertificateFacts;
  readonly test: boolean;
  readonly room: number;
}

/** The certificate without its seal: the same facts give the same bytes. */
function draw({ form, typefaces, facts, test, room }: DrawParts): Unsealed {
  const { message, kind, issuedAt, issuer } = facts;
  const wording = wordingOf(message.language);
  const evidence = evidenceJson(facts);
  const drawn = drawCertificate(typefaces, facts, wording, {
    test,
    evidenceSha256: sha256(evidence),
  });
  const id = documentId(facts);
  return fillForm(form, {
    ...drawn,
    id,
    metadata: {
      title: `${wording.title[kind]} – ${facts.csv}`,
      author: issuer.name,
      subject: wording.subtitle,
      language: message.language,
      createdAt: issuedAt,
      documentId: asUuid(id),
      eni: facts.eni,
    },
    attachments: [
      {
        name: "evidencia.json",
        mediaType: "application/json",
        description: wording.attachment.json,
        relationship: "Data",
        content: evidence,
      },
      {
        name: "evidencia.xml",
        mediaType: "text/xml",
        description: wording.attachment.xml,
        relationship: "Data",
        content: evidenceXml(facts),
      },
    ],
    seal: {
      at: issuedAt,
      by: issuer.name,
      reason: wording.sealReason[kind],
      fieldName: wording.sealField,
      room,
    },
  });
}

function documentId({ csv, kind, evidence, issuedAt }: CertificateFacts): Buffer {
  const head = evidence.at(-1)?.sha256 ?? "";
  return createHash("sha256")
    .update([csv, kind, head, issuedAt.toISOString()].join("/"))
    .digest()
    .subarray(0, 16);
}

/** A UUID of version 8 (RFC 9562, 5.8): its bits are ours. */
function asUuid(id: Buffer): string {
  const bytes = Buffer.from(id);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
