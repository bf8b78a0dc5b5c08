/**
 * Where a call comes from, for counting: an address of IPv4, or the /64 of one of IPv6, in which whoever
 * has one address has all (RFC 6177, 2).
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [plain = ""] = address.split("%");
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain) ?? [];
  if (mapped !== undefined) return mapped;
  const [head, tail] = plain.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = tail ? 8 - (head?.length ?? 0) - tail.length : 0;
  const groups = [...(head ?? []), ...Array<string>(Math.max(zeros, 0)).fill("0"), ...(tail ?? [])];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}
