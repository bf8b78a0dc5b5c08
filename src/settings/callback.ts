import { isIP } from "node:net";
import type { SettingsReader } from "./reader.ts";

/** Which endpoints of back offices may be called. */
export interface CallbackSettings {
  /** Networks in CIDR notation, beside all public addresses. */
  readonly allowedNetworks: readonly string[];
  readonly allowHttp: boolean;
}

export function readCallback({ text, fault, oneOf, production }: SettingsReader): CallbackSettings {
  const allowedNetworks = (text("CALLBACK_ALLOWED_NETWORKS") ?? "")
    .split(/[\s,]+/)
    .filter((network) => network !== "");
  for (const network of allowedNetworks) {
    if (!isNetwork(network)) {
      fault(`CALLBACK_ALLOWED_NETWORKS: ${network} is no network such as 10.1.2.0/24`);
    }
  }
  const http = oneOf("CALLBACK_HTTP", ["on", "off"], production ? "off" : "on");
  return { allowedNetworks: allowedNetworks.filter(isNetwork), allowHttp: http === "on" };
}

function isNetwork(text: string): boolean {
  const [address = "", prefix = "", ...more] = text.split("/");
  const bits = isIP(address) === 6 ? 128 : isIP(address) === 4 ? 32 : -1;
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}
