/** Where something is in a file: names and positions from the top. */
export type Path = readonly (string | number)[];

export interface Problem {
  /** Undefined for what is not about one line. */
  readonly line: number | undefined;
  readonly message: string;
}

/** A file that cannot be applied; nothing was changed. */
export class DeclarationError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(({ line, message }) => (line ? `line ${line}: ${message}` : message)).join('\n'), options);
    this.name = 'DeclarationError';
    this.problems = problems;
  }
}
