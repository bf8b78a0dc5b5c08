import type { Logo } from "../../domain/logo.ts";
import { PAGE } from "../pdf/form.ts";
import { element } from "../pdf/structure.ts";
import { textString } from "../pdf/syntax.ts";
import { FRAME, points, type Paper } from "./paper.ts";

/** Points; the larger of the two that a logo reaches is filled. */
const LARGEST = { width: 104, height: 36 } as const;

/** How large a logo is printed, in points. */
export function logoSize({ width, height }: Logo): {
  readonly width: number;
  readonly height: number;
} {
  const scale = Math.min(LARGEST.width / width, LARGEST.height / height);
  return { width: width * scale, height: height * scale };
}

/** The logo of the entity, at the right edge, with what a screen reader says of it. */
export function drawLogo(paper: Paper, logo: Logo, top: number): void {
  const { width, height } = logoSize(logo);
  const x = PAGE.width - FRAME.right - width;
  const y = PAGE.height - top - height;
  const box = [x, y, x + width, y + height].map(points).join(" ");
  const alternative = textString(logo.description);
  const figure = element(
    "Figure",
    `/Alt${alternative}/A<</O/Layout/Placement/Block/BBox[${box}]>>`,
  );
  paper.document.children.push(figure);
  const name = paper.addImage(logo);
  paper.tagged(figure, () => {
    paper.draw(
      `q ${points(width)} 0 0 ${points(height)} ${points(x)} ${points(y)} cm /${name} Do Q`,
    );
  });
}
