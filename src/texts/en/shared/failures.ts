/** Why requests of an app failed, told once for all of them. */
export const failures = {
  title: 'What went wrong, and what to do',
  whatToDo: 'What to do:',
  count: '{count, plural, one {# request} other {# requests}}, latest: {ago}',
  countOne: 'Once, {ago}',
  see: 'Why, and what to do',
} as const;
