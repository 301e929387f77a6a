import type { TextKey } from '../texts/texts.ts';
import type { AppState, Contents, Snapshot } from './snapshot.ts';

export type Severity = 'error' | 'warning' | 'note';

type RuleId = TextKey extends infer Key ? (Key extends `doctor.why_${infer Id}` ? Id : never) : never;

/** One thing that is looked at. */
export interface Rule {
  /** What findings are known by, in answers and in the documentation. Why it matters and what fixes it are in the catalogue. */
  readonly id: RuleId;
  readonly severity: Severity;
  /** What is wrong when it finds something, in a few words of the documentation. */
  readonly title: string;
  /** What it found, in the language of the request, one sentence for each; none when all is well. */
  readonly check: (snapshot: Snapshot) => readonly string[];
}

export interface Finding extends Omit<Rule, 'check' | 'title'> {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** For rules about what the tables hold. */
export const about =
  (check: (contents: Contents, snapshot: Snapshot) => readonly string[]): Rule['check'] =>
  (snapshot) =>
    snapshot.contents ? check(snapshot.contents, snapshot) : [];

const DAY = 86_400_000;

export const daysSince = (moment: Date, now: Date) => (now.getTime() - moment.getTime()) / DAY;
export const sentenceIf = (condition: boolean, sentence: string) => (condition ? [sentence] : []);

/** Loopback addresses, where http is no danger. */
export const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);

/** How an app is called in a finding. */
export const nameOfApp = ({ id, name }: AppState) => `${id} (${name})`;
