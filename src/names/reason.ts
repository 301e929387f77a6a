import { z } from 'zod';
import { t } from '../texts/texts.ts';
import { descriptionOf } from './names.ts';

const MOST = 1000;
const TOO_LONG = () => t('refusals.reasonLong');

/** Why something is asked for, or decided so; empty says nothing. */
export const MaybeReason = descriptionOf(MOST, TOO_LONG);

/** Why something is stopped, in words for the people whom it concerns: one rule for all that ask for one. */
export const Reason = MaybeReason.refine((text) => text !== '', { error: () => t('refusals.sayWhy') });

const WithReason = z.object({ reason: Reason });

/** @throws {ZodError} */
export const readReason = (input: { readonly reason: string }): string => WithReason.parse(input).reason;
