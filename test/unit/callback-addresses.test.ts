import { allowedAddresses } from "../../src/callback/allowed-address.ts";

const isAllowed = allowedAddresses([]);

test.each(["8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.3.1", "223.255.255.255"])(
  "%s is public",
  (address) => expect(isAllowed(address)).toBe(true),
);

test.each([
  "2a00:1450::1",
  "2001:200::1",
  "2001:db9::1",
  "2003::1",
  "3fff:1000::1",
  "::ffff:8.8.8.8",
])("%s is public", (address) => expect(isAllowed(address)).toBe(true));

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast. */
test.each([
  "0.0.0.0",
  "10.255.0.1",
  "100.64.0.1",
  "127.0.0.2",
  "169.254.169.254",
  "172.31.0.1",
  "192.0.0.8",
  "192.0.2.1",
  "192.88.99.1",
  "192.168.1.1",
  "198.19.0.1",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
])("%s is nobody's, or ours", (address) => expect(isAllowed(address)).toBe(false));

/** What is no global unicast (RFC 4291, 2.4), is taken out of it, or wraps an IPv4 address. */
test.each([
  "::",
  "::1",
  "::1%lo",
  "::7f00:1",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::FFFF:10.0.0.1",
  "0:0:0:0:0:ffff:a9fe:a9fe",
  "::ffff:0:127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::10.0.0.1",
  "64:ff9b:1::7f00:1",
  "100::1",
  "2001:0:7f00:1::",
  "2001:20::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "2002:a00:1::1",
  "3fff::1",
  "4000::1",
  "5f00::1",
  "fc00::1",
  "fe80::1%eth0",
  "2a00:1450::1%eth0",
  "fec0::1",
  "ff02::1",
  "",
  "localhost",
])("%p is nobody's, or ours", (address) => expect(isAllowed(address)).toBe(false));

test.each([
  ["10.1.0.0/16", "10.1.2.3", "10.2.0.1"],
  ["10.1.0.0/16", "::ffff:10.1.2.3", "::ffff:10.2.0.1"],
  ["fd00::/8", "fd00::1", "fc00::1"],
  ["2001:db8::/32", "2001:db8::1", "2001::1"],
])("what the settings allow (%s) is allowed, and nothing beside it", (network, inside, outside) => {
  const allowed = allowedAddresses([network]);
  expect([allowed(inside), allowed(outside)]).toEqual([true, false]);
});
