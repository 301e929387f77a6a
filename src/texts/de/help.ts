import type { Texts } from '../complete.ts';
import type { help as english } from '../en/help.ts';

export const help: Texts<typeof english> = {};
