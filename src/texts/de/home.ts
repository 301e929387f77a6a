import type { Texts } from '../complete.ts';
import type { home as english } from '../en/home.ts';

export const home: Texts<typeof english> = {};
