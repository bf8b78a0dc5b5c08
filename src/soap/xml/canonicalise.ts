import type { XmlDocument, XmlNode as WrappedNode } from "libxml2-wasm";
import { canonicalizeDocument, XmlC14NMode } from "libxml2-wasm/lib/c14n.mjs";
import type { XmlTree } from "./document.ts";
import type { XmlNode } from "./node.ts";

/**
 * Exclusive Canonical XML 1.0, without comments, of an element and what is below it, handed over in
 * pieces. The library asks for its own wrappers but reads only their pointers; a real wrapper would
 * free the tree a second time. Its function for a subtree makes two wrappers for every node of the
 * document, and costs several times as much as naming the element as a set of one.
 */
export function canonicalise(
  { document }: XmlTree,
  node: XmlNode,
  prefixes: readonly string[],
  take: (piece: Uint8Array) => void,
): void {
  const handler = {
    write(piece: Uint8Array) {
      take(piece);
      return piece.byteLength;
    },
    close: () => true,
  };
  canonicalizeDocument(handler, { _ptr: document } as unknown as XmlDocument, {
    mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
    inclusiveNamespacePrefixes: [...prefixes],
    nodeSet: new Set([{ _nodePtr: node } as unknown as WrappedNode]),
  });
}
