import type { Texts } from '../complete.ts';
import type { tools as english } from '../en/tools.ts';

export const tools: Texts<typeof english> = {};
