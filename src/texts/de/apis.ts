import type { Texts } from '../complete.ts';
import type { apis as english } from '../en/apis.ts';

export const apis: Texts<typeof english> = {};
