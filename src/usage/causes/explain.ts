import { explainLeftOut } from '../left-out.ts';
import { isFailure, SUCCESS } from '../outcomes.ts';
import { authentication } from './authentication.ts';
import { type Cause, type Causes, type Explanation, inWords } from './cause.ts';
import { grants } from './grants.ts';
import { ordinary } from './ordinary.ts';
import { requests } from './requests.ts';
import { targets } from './targets.ts';

/** Every error code that an app can get from this server, with its causes. */
export const CAUSES: Causes = { ...authentication, ...grants, ...targets, ...requests, ...ordinary };

/** The cause and the fix of what a request ended with, and what the server said; undefined for a success that got all. */
export function explain(outcome: string, detail: string | null): Explanation | undefined {
  if (outcome === SUCCESS) return detail === null ? undefined : explainLeftOut(detail);
  const said = detail ?? '';
  const entry = CAUSES[outcome]?.find((candidate: Cause) => !candidate.detail || candidate.detail.test(said));
  if (entry) return inWords(entry.why);
  if (!isFailure(outcome)) return undefined;
  return inWords('refused');
}
