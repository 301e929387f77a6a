import type { Texts } from '../complete.ts';
import type { refusals as english } from '../en/refusals.ts';

export const refusals: Texts<typeof english> = {};
