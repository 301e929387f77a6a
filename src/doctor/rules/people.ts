import { about, daysSince, type Rule, sentenceIf } from '../rule.ts';

const HOUR_DAYS = 1 / 24;

export const peopleRules: readonly Rule[] = [
  {
    id: 'no-admin',
    severity: 'error',
    title: 'there is no administrator',
    why: 'Nobody can look after people, groups and teams in the portal.',
    fix: 'npx latchkey user create --email you@example.com --name "Your Name" --admin --password-stdin, or user role you@example.com admin.',
    check: about(({ admins }) => sentenceIf(admins === 0, 'No person who may sign in is an administrator.')),
  },
  {
    id: 'one-admin',
    severity: 'note',
    title: 'there is just one administrator',
    why: 'When that person is ill or gone, only the command line is left.',
    fix: 'Make a second one: npx latchkey user role grace@example.com admin.',
    check: about(({ admins }) => sentenceIf(admins === 1, 'One person is an administrator.')),
  },
  {
    id: 'team-without-owner',
    severity: 'warning',
    title: 'a team has no owner who may sign in',
    why: 'Nobody can invite people into it or change their roles there.',
    fix: 'npx latchkey team member add TEAM grace@example.com owner, or member role.',
    check: about(({ teamsWithoutOwner }) => teamsWithoutOwner.map((name) => `The team “${name}” has no owner.`)),
  },
  {
    id: 'demo-in-production',
    severity: 'error',
    title: 'the demo’s administrator is in production',
    why: 'The password of ada@example.com was printed on a terminal and is in the file demo.json.',
    fix: 'npx latchkey demo remove takes all of it away.',
    check: about(({ hasDemoPerson }, { settings }) =>
      sentenceIf(settings.production && hasDemoPerson, 'ada@example.com of the demo may sign in.'),
    ),
  },
  {
    id: 'mail-failed',
    severity: 'warning',
    title: 'mail could not be sent',
    why: 'The people whom it was for do not know of their invitation, request or decision.',
    fix: 'npx latchkey mail list says why. When it is mended: npx latchkey mail resend --failed.',
    check: about(({ mail: { failed } }) =>
      sentenceIf(failed > 0, `${failed} mails of the last days were refused or given up.`),
    ),
  },
  {
    id: 'mail-waiting',
    severity: 'warning',
    title: 'mail waits for more than an hour',
    why: 'The mail server cannot be reached, does not let us in, or does not take our address.',
    fix: 'npx latchkey mail list has the last error. Look at SMTP_URL and MAIL_FROM.',
    check: about(({ mail: { oldestWaiting } }, { settings, now }) =>
      sentenceIf(
        settings.hasMail && oldestWaiting !== null && daysSince(oldestWaiting, now) > HOUR_DAYS,
        `The oldest mail waits since ${oldestWaiting?.toISOString()}.`,
      ),
    ),
  },
];
