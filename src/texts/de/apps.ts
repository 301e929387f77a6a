import type { Texts } from '../complete.ts';
import type { apps as english } from '../en/apps.ts';

export const apps: Texts<typeof english> = {};
