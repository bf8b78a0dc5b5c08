import { lookup } from "node:dns";
import { lookup as lookupAll } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** Networks that an endpoint may not be in, unless the settings allow it: our own, and what is nobody's. */
const FORBIDDEN: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 127, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

export type AddressTest = (address: string) => boolean;

/**
 * Which addresses may be called: public ones, and what the settings allow.
 *
 * @param allowed networks in CIDR notation
 */
export function allowedAddresses(allowed: readonly string[]): AddressTest {
  const forbidden = new BlockList();
  for (const [network, prefix, family] of FORBIDDEN) forbidden.addSubnet(network, prefix, family);
  const exceptions = new BlockList();
  for (const cidr of allowed) {
    const [network = "", prefix = ""] = cidr.split("/");
    exceptions.addSubnet(network, Number(prefix), isIP(network) === 6 ? "ipv6" : "ipv4");
  }
  return (address) => {
    // ::ffff:10.0.0.1 is 10.0.0.1 in other clothes.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
    const family = isIP(plain) === 6 ? "ipv6" : "ipv4";
    if (isIP(plain) === 0) return false;
    return exceptions.check(plain, family) || !forbidden.check(plain, family);
  };
}

/** The endpoint is in a network that may not be called. */
export class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";

  constructor() {
    super("the endpoint is in a network that may not be called (CALLBACK_ALLOWED_NETWORKS)");
  }
}

/** Why an endpoint cannot be called as things are. */
export type Uncallable = "noTls" | "forbidden" | "unknownHost";

/** What stands in the way of calling an endpoint; a host that nobody knows today may be known tomorrow. */
export async function whyNotCallable(
  url: URL,
  settings: { readonly allowedNetworks: readonly string[]; readonly allowHttp: boolean },
): Promise<Uncallable | undefined> {
  if (url.protocol !== "https:" && !settings.allowHttp) return "noTls";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = await lookupAll(host, { all: true }).catch(() => []);
  if (found.length === 0) return "unknownHost";
  const isAllowed = allowedAddresses(settings.allowedNetworks);
  return found.some(({ address }) => isAllowed(address)) ? undefined : "forbidden";
}

type Lookup = typeof lookup;

/**
 * Looks a name up for one connection and hands over allowed addresses only: what was checked is what
 * is connected to, whatever the name answers the next time.
 */
export function guardedLookup(isAllowed: AddressTest): Lookup {
  const guarded = (
    name: string,
    options: object,
    done: (error: Error | null, ...found: unknown[]) => void,
  ): void => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) {
        done(error);
        return;
      }
      const [first] = addresses.filter(({ address }) => isAllowed(address));
      if (!first) done(new ForbiddenAddress());
      else if ("all" in options && options.all === true) done(null, [first]);
      else done(null, first.address, first.family);
    });
  };
  return guarded as Lookup;
}
