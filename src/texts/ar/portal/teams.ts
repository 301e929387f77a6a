import type { SomeTexts } from '../../complete.ts';
import type { teams as english } from '../../en/portal/teams.ts';

export const teams: SomeTexts<typeof english> = {
  title: 'الفرق',
};
