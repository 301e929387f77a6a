import type { Texts } from '../complete.ts';
import type { teams as english } from '../en/teams.ts';

export const teams: Texts<typeof english> = {};
