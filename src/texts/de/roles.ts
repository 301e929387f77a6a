import type { Texts } from '../complete.ts';
import type { roles as english } from '../en/roles.ts';

export const roles: Texts<typeof english> = {};
