import type { Texts } from '../complete.ts';
import type { lists as english } from '../en/lists.ts';

export const lists: Texts<typeof english> = {
  neverUsed: 'nie',
  usedWithinTheHour: 'in der letzten Stunde',
};
