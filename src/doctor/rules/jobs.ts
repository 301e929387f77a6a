import { inDate } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { about, type Rule } from '../rule.ts';

export const jobRules: readonly Rule[] = [
  {
    id: 'job-failing',
    severity: 'warning',
    title: 'background work failed the last time',
    check: about(({ jobs }) =>
      jobs
        .filter(({ failedAt, succeededAt }) => failedAt && (!succeededAt || succeededAt <= failedAt))
        .map(({ name, failure, succeededAt }) => {
          const what = { job: name, failure: failure ?? 'Error' };
          if (!succeededAt) return t('findings.jobFailsAlways', what);
          return t('findings.jobFailsSince', { ...what, date: inDate(succeededAt) });
        }),
    ),
  },
];
