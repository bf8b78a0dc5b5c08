import { isDir3, type EniSettings } from "../domain/eni.ts";
import type { SettingsReader } from "./reader.ts";

/** Metadata of certificates that the entity does not bring (Esquema Nacional de Interoperabilidad). */
export function readEni({ text, fault }: SettingsReader): EniSettings {
  const organ = text("ENI_ORGAN")?.toUpperCase();
  if (organ !== undefined && !isDir3(organ)) {
    fault("ENI_ORGAN must be a DIR3 code of nine characters such as A09002970");
  }
  return { organ, series: text("ENI_SERIES"), csvRegulation: text("ENI_CSV_REGULATION") };
}
