import type { Words } from "../../domain/words.ts";

/** The service cannot start as things are, and a person can mend it. Printed as it is, without a stack. */
export class SetupProblem extends Error {
  override readonly name = "SetupProblem";
  readonly words: Words;

  constructor(words: Words, options?: ErrorOptions) {
    super(words.en, options);
    this.words = words;
  }
}
