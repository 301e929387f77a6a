import { type TextKey, t } from '../../texts/texts.ts';

/** Why a request failed and what to do about it, for the person who runs the app. */
export interface Explanation {
  readonly cause: string;
  readonly fix: string;
}

/** The name of a cause in the catalogue, which has its fix beside it. */
export type Why = Extract<TextKey, `causes.${string}Fix`> extends `causes.${infer Name}Fix` ? Name : never;

/** It in words, in the language of the request. */
export const inWords = (why: Why): Explanation => ({ cause: t(`causes.${why}`), fix: t(`causes.${why}Fix`) });

interface Last {
  readonly why: Why;
}

export interface Cause extends Last {
  /** What the server said; without it the entry is for whatever else has this code. */
  readonly detail?: RegExp;
}

/** By error code. Of a code's entries the first that fits is taken; the last fits all. */
export type Causes = Readonly<Record<string, readonly [...Cause[], Last]>>;
