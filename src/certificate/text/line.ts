/** Names of the base fonts in the resources of the pages. */
export const BASE_RESOURCES = { regular: "F1", bold: "F2" } as const;

export type Weight = keyof typeof BASE_RESOURCES;

export interface Style {
  readonly weight: Weight;
  /** Points. */
  readonly size: number;
}

/** One line, ready to be shown at some place: PDF text operators (ISO 32000-1, 9.4). */
export interface TextLine {
  readonly operators: string;
  /** Points. */
  readonly width: number;
}
