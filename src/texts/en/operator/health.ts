/** What the doctor finds. */
export const health = {
  tab: 'Health',
  title: 'Health',
  lead: 'What is unsafe or left over in settings and database, as the command “doctor” finds it. Looking changes nothing.',
  tooLong: 'It took too long to look. Try again, or run npx latchkey doctor.',
  allWell: 'Nothing was found.',
  found:
    '{errors, plural, one {# error} other {# errors}}, {warnings, plural, one {# warning} other {# warnings}}, {notes, plural, one {# note} other {# notes}}.',
  error: 'error',
  warning: 'warning',
  note: 'note',
  more: '… and {count} more. npx latchkey doctor --json lists all.',
  fix: 'Fix:',
  open: 'Go there',
  again: 'Look again',
} as const;
