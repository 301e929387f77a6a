import type { SomeTexts } from '../../complete.ts';
import type { purposes as english } from '../../en/shared/purposes.ts';

export const purposes: SomeTexts<typeof english> = {
  machine: 'آلة',
};
