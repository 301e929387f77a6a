import { z } from 'zod';
import { descriptionOf } from './names.ts';

const MOST = 1000;
const TOO_LONG = 'A reason has at most 1,000 characters.';

/** Why something is asked for, or decided so; empty says nothing. */
export const MaybeReason = descriptionOf(MOST, TOO_LONG);

/** Why something is stopped, in words for the people whom it concerns: one rule for all that ask for one. */
export const Reason = MaybeReason.refine((text) => text !== '', 'Say why, in a few words: others read it.');

const WithReason = z.object({ reason: Reason });

/** @throws {ZodError} */
export const readReason = (input: { readonly reason: string }): string => WithReason.parse(input).reason;
