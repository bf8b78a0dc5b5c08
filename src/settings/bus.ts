import type { SettingsReader } from "./reader.ts";

/** How PICA and PCI reach the service. */
export interface BusSettings {
  /** Of cridaSincrona, cridaAsincrona and obtindreResultat: PICA has not published it. */
  readonly namespace: string;
  /** A modality that stands for all three; the root of the specific data decides. */
  readonly genericModality: string | undefined;
}

export function readBus({ text, fault }: SettingsReader): BusSettings {
  const namespace = text("PICA_NAMESPACE") ?? "http://pica.gencat.net/mp/ws";
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(namespace)) fault("PICA_NAMESPACE must be a URI");
  const genericModality = text("PICA_GENERIC_MODALITY");
  if (genericModality !== undefined && !/^[A-Z0-9_]{1,64}$/.test(genericModality)) {
    fault("PICA_GENERIC_MODALITY must be a code such as SMSCERT");
  }
  return { namespace, genericModality };
}
