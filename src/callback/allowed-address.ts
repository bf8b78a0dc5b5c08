import { lookup } from "node:dns";
import { lookup as lookupAll } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

type Network = readonly [address: string, prefix: number, family: "ipv4" | "ipv6"];

/** Where public addresses are: IPv4, and the global unicast of IPv6 (RFC 4291, 2.4). */
const PUBLIC: readonly Network[] = [
  ["0.0.0.0", 0, "ipv4"],
  ["2000::", 3, "ipv6"],
];

/**
 * What is our own there, or nobody's (IANA Special-Purpose Address Registries, RFC 6890), or another
 * address in other clothes: 6to4 and Teredo wrap IPv4.
 */
const FORBIDDEN: readonly Network[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.88.99.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["2001::", 23, "ipv6"],
  ["2001:db8::", 32, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["3fff::", 20, "ipv6"],
];

export type AddressTest = (address: string) => boolean;

/**
 * Which addresses may be called: public ones, and what the settings allow.
 *
 * @param allowed networks in CIDR notation
 */
export function allowedAddresses(allowed: readonly string[]): AddressTest {
  const open = blockList(PUBLIC);
  const forbidden = blockList(FORBIDDEN);
  const exceptions = blockList(
    allowed.map((cidr): Network => {
      const [network = "", prefix = ""] = cidr.split("/");
      return [network, Number(prefix), isIP(network) === 6 ? "ipv6" : "ipv4"];
    }),
  );
  return (address) => {
    // ::ffff:10.0.0.1 is 10.0.0.1 in other clothes.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
    // An address with a zone (fe80::1%eth0) is of a link of this machine.
    if (isIP(plain) === 0 || plain.includes("%")) return false;
    const family = isIP(plain) === 6 ? "ipv6" : "ipv4";
    const isPublic = open.check(plain, family) && !forbidden.check(plain, family);
    return isPublic || exceptions.check(plain, family);
  };
}

function blockList(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of networks) list.addSubnet(address, prefix, family);
  return list;
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
