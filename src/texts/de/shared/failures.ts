import type { Texts } from '../../complete.ts';
import type { failures as english } from '../../en/shared/failures.ts';

export const failures: Texts<typeof english> = {
  title: 'Was misslang, und was zu tun ist',
  whatToDo: 'Was zu tun ist:',
  count: '{count, plural, one {# Anfrage} other {# Anfragen}}, zuletzt: {ago}',
  countOne: 'Einmal, {ago}',
  see: 'Warum, und was zu tun ist',
};
