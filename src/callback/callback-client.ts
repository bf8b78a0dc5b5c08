import type { Clock } from "../domain/clock.ts";
import type { CallbackClient } from "../lifecycle/ports.ts";
import { allowedAddresses } from "./allowed-address.ts";
import { jsonCall } from "./json-style.ts";
import { post } from "./post.ts";
import { EndpointFault, soapCall } from "./soap-style.ts";

/**
 * Calls the endpoints of back offices, over SOAP or as a signed JSON webhook.
 *
 * @param settings.allowedNetworks in CIDR notation: what may be called beside public addresses
 * @param settings.allowHttp also without TLS: outside production, or inside the allowed networks
 */
export function createCallbackClient(
  settings: { readonly allowedNetworks: readonly string[]; readonly allowHttp: boolean },
  clock: Clock,
): CallbackClient {
  const isAllowed = allowedAddresses(settings.allowedNetworks);
  return {
    async tell({ style, url: address, security }, notice) {
      try {
        const url = new URL(address);
        if (url.protocol !== "https:" && !settings.allowHttp) return "the endpoint has no TLS";
        if (style === "soap") {
          await soapCall(url, notice, security, isAllowed);
          return undefined;
        }
        const { headers, body } = jsonCall(notice, security, clock.now());
        const { status } = await post(url, headers, body, isAllowed);
        return status >= 200 && status < 300 ? undefined : `the endpoint answers ${status}`;
      } catch (error) {
        return causeOf(error);
      }
    },
  };
}

/** Without what the endpoint wrote: that is text from outside, and nobody needs it to act. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return "the call failed";
  if (error instanceof EndpointFault) return error.message;
  return `${error.name}: ${error.message}`.slice(0, 300);
}
