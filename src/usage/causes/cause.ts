/** Why a request failed and what to do about it, for the person who runs the app. */
export interface Explanation {
  readonly cause: string;
  readonly fix: string;
}

export interface Cause extends Explanation {
  /** What the server said; without it the entry is for whatever else has this code. */
  readonly detail?: RegExp;
}

/** By error code. Of a code's entries the first that fits is taken; the last fits all. */
export type Causes = Readonly<Record<string, readonly [...Cause[], Explanation]>>;
