import type { Contents, Snapshot } from './snapshot.ts';

export type Severity = 'error' | 'warning' | 'note';

/** One thing that is looked at. */
export interface Rule {
  /** What findings are known by, in answers and in the documentation. */
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong when it finds something, in a few words. */
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** What it found, one sentence for each; none when all is well. */
  readonly check: (snapshot: Snapshot) => readonly string[];
}

export interface Finding extends Omit<Rule, 'check' | 'title'> {
  readonly what: string;
}

/** For rules about what the tables hold. */
export const about =
  (check: (contents: Contents, snapshot: Snapshot) => readonly string[]): Rule['check'] =>
  (snapshot) =>
    snapshot.contents ? check(snapshot.contents, snapshot) : [];

const DAY = 86_400_000;

export const daysSince = (moment: Date, now: Date) => (now.getTime() - moment.getTime()) / DAY;
export const day = (moment: Date) => moment.toISOString().slice(0, 10);
export const sentenceIf = (condition: boolean, sentence: string) => (condition ? [sentence] : []);

/** Loopback addresses, where http is no danger. */
export const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
