import type { CertificateFacts } from "../../domain/certificate.ts";

/** When the certificate that a corrective one corrects was issued: its record is in the chain. */
export function correctedAt({ corrects, evidence }: CertificateFacts): Date | undefined {
  return evidence.find(({ body }) => body.event === "CertificateIssued" && body.csv === corrects)
    ?.at;
}

/** The dates of delivery as the operator gave them, on which a corrective certificate rests. */
export function operatorDates({ segments }: CertificateFacts): string {
  const dates = segments.flatMap(({ operatorDoneDate }) => operatorDoneDate ?? []);
  return [...new Set(dates)].join(", ");
}
