import { readFileSync } from 'node:fs';
import { loggablePath } from '../../src/http/request-id.ts';
import type { Sent } from './interview.ts';

interface Line {
  readonly msg: string;
  readonly method: string;
  readonly path: string;
  readonly ms: number;
}

/**
 * Gives every request that was sent the time that the server logged for it. They were sent one at a time, so the log has them in
 * the same order, with what callers did to sign in or to get a token in between.
 * @throws when the log tells another story
 */
export function assignTimes(logFile: string, sent: readonly Sent[]): void {
  const lines = readLines(logFile);
  let at = lines.length;
  for (const { finding, round } of sent.toReversed()) {
    const path = loggablePath(new URL(finding.question.path, 'http://here.invalid').pathname);
    do at -= 1;
    while (at >= 0 && lines[at]?.path !== path);
    const line = lines[at];
    if (!line) throw new Error(`the log has too few lines for ${path}`);
    finding.rounds[round] = [...(finding.rounds[round] ?? []), line.ms];
  }
}

function readLines(logFile: string): Line[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text) as Line)
    .filter(({ msg, method }) => msg === 'request' && method === 'GET');
}
