import { withXml } from "../../src/soap/xml/document.ts";
import { childElements, localName, textOf } from "../../src/soap/xml/node.ts";

const limits = { depth: 32, elements: 300_000, attributes: 10 };

/** The names and texts of the elements below the root. */
function read(xml: string): string[] {
  return withXml(Buffer.from(xml), { limits }, ({ root }) =>
    childElements(root).map((child) => `${localName(child)} ${textOf(child)}`),
  );
}

test("a tree is read right when the memory of the parser has grown under it, and afterwards", () => {
  expect(read("<a><b>first</b></a>")).toEqual(["b first"]);
  const many = Array.from({ length: 250_000 }, (_, index) => `<c>${index}</c>`);
  const found = read(`<a>${many.join("")}</a>`);
  expect(found).toHaveLength(250_000);
  expect(found.at(-1)).toBe("c 249999");
  expect(read("<a><b>last</b></a>")).toEqual(["b last"]);
});
