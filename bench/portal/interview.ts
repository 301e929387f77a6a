import type { Stage } from '../stage.ts';
import type { Caller } from './callers.ts';
import type { Question } from './questions.ts';
import { createReadsCounter, type Reads } from './reads.ts';
import { everyone, type Ground } from './seed/seed.ts';

/** What was found out about one question. */
export interface Finding {
  readonly question: Question;
  /** Milliseconds of the server for each request, by round. */
  readonly rounds: number[][];
  reads: Reads | undefined;
  /** What was wrong with an answer. */
  error: string | undefined;
}

/** A request that was sent; the server's log says how long it took. */
export interface Sent {
  readonly finding: Finding;
  /** The number of the round. */
  readonly round: number;
}

/**
 * Asks all questions in every round, so that a slow moment of the machine does not hit one of them alone. Nothing else is asked
 * meanwhile, and one thing at a time.
 */
export async function holdInterview(
  { postgres }: Stage,
  database: string,
  ground: Ground,
  questions: readonly Question[],
  { rounds, times }: { rounds: number; times: number },
): Promise<{ findings: Finding[]; sent: Sent[] }> {
  const findings = questions.map((question): Finding => ({ question, rounds: [], reads: undefined, error: undefined }));
  const sent: Sent[] = [];
  const countReads = await createReadsCounter(postgres, database);
  await renewAll(everyone(ground));
  // What is asked here is not measured: it warms up.
  for (const finding of findings) finding.reads = await countReads(2, () => ask(finding, 2));
  for (let round = 0; round < rounds; round += 1) {
    await renewAll(everyone(ground));
    for (const finding of findings) await ask(finding, times, () => sent.push({ finding, round }));
  }
  return { findings, sent };
}

async function renewAll(callers: readonly Caller[]): Promise<void> {
  for (const caller of callers) await caller.renew();
}

async function ask(finding: Finding, times: number, onSent: () => void = () => {}): Promise<void> {
  const { caller, path } = finding.question;
  for (let time = 0; time < times && finding.error === undefined; time += 1) {
    onSent();
    const { status, head, body } = await caller.get(path);
    if (status !== 200 && !isHere(head)) finding.error = `${status} ${body.replace(/\s+/g, ' ').slice(0, 200)}`;
  }
}

/** A page that leads to another one, and not to the sign-in. */
const isHere = (head: string) => /^HTTP\/1.1 303[\s\S]*\r\nlocation: \/(?!sign-in)/i.test(head);
