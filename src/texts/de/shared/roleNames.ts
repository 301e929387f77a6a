import type { Texts } from '../../complete.ts';
import type { roleNames as english } from '../../en/shared/roleNames.ts';

export const roleNames: Texts<typeof english> = {
  owner: 'Besitzer',
  developer: 'Entwickler',
  viewer: 'Betrachter',
};
