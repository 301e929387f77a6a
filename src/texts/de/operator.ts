import type { Texts } from '../complete.ts';
import type { operator as english } from '../en/operator.ts';

export const operator: Texts<typeof english> = {};
