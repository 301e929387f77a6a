import { inMinute } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { about, daysSince, type Rule, sentenceIf } from '../rule.ts';

const HOUR_DAYS = 1 / 24;

export const peopleRules: readonly Rule[] = [
  {
    id: 'no-admin',
    severity: 'error',
    title: 'there is no administrator',
    check: about(({ admins }) => sentenceIf(admins === 0, t('findings.noAdmin'))),
  },
  {
    id: 'one-admin',
    severity: 'note',
    title: 'there is just one administrator',
    check: about(({ admins }) => sentenceIf(admins === 1, t('findings.oneAdmin'))),
  },
  {
    id: 'team-without-owner',
    severity: 'warning',
    title: 'a team has no owner who may sign in',
    check: about(({ teamsWithoutOwner }) => teamsWithoutOwner.map((name) => t('findings.noOwner', { team: name }))),
  },
  {
    id: 'demo-in-production',
    severity: 'error',
    title: 'the demo’s administrator is in production',
    check: about(({ hasDemoPerson }, { settings }) =>
      sentenceIf(settings.production && hasDemoPerson, t('findings.demoPerson')),
    ),
  },
  {
    id: 'mail-failed',
    severity: 'warning',
    title: 'mail could not be sent',
    check: about(({ mail: { failed } }) => sentenceIf(failed > 0, t('findings.mailFailed', { count: failed }))),
  },
  {
    id: 'mail-waiting',
    severity: 'warning',
    title: 'mail waits for more than an hour',
    check: about(({ mail: { oldestWaiting } }, { settings, now }) =>
      settings.hasMail && oldestWaiting !== null && daysSince(oldestWaiting, now) > HOUR_DAYS
        ? [t('findings.mailWaits', { moment: inMinute(oldestWaiting) })]
        : [],
    ),
  },
];
