import type { Texts } from '../complete.ts';
import type { usage as english } from '../en/usage.ts';

export const usage: Texts<typeof english> = {};
