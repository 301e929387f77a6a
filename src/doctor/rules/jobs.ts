import { about, day, type Rule } from '../rule.ts';

export const jobRules: readonly Rule[] = [
  {
    id: 'job-failing',
    severity: 'warning',
    title: 'background work failed the last time',
    why: 'What it should remove stays, or what it should make is missing; the other work goes on.',
    fix: 'Look for “background work failed” in the log of the servers; it is tried again every minute.',
    check: about(({ jobs }) =>
      jobs
        .filter(({ failedAt, succeededAt }) => failedAt && (!succeededAt || succeededAt <= failedAt))
        .map(({ name, failure, succeededAt }) => {
          const last = succeededAt ? `It last went well on ${day(succeededAt)}.` : 'It never went well.';
          return `“${name}” fails with ${failure ?? 'an error'}. ${last}`;
        }),
    ),
  },
];
