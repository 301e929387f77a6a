import type { Details, FirstStep, InteractionParts } from './interaction-parts.ts';

/** So long a password counts for whoever looks for their phone. */
const SECONDS = 600;

/** The first step of this interaction; undefined when it was not done, or too long ago. */
export function firstStepOf(parts: InteractionParts, { result }: Details): FirstStep | undefined {
  const first = result?.firstStep as FirstStep | undefined;
  if (!first || parts.clock().getTime() / 1000 - first.at > SECONDS) return undefined;
  return first;
}
