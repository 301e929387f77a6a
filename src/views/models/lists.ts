/** A page of a list: what is looked for, and where it goes on. */
export interface ListView {
  readonly search: string;
  readonly next: string | undefined;
  readonly first: string | undefined;
}
