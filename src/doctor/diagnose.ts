import { kindOfFailure } from '../db/connections/failures.ts';
import { t } from '../texts/texts.ts';
import type { Finding, Rule, Severity } from './rule.ts';
import { accessRules } from './rules/access.ts';
import { appRules } from './rules/apps.ts';
import { databaseRules } from './rules/database.ts';
import { jobRules } from './rules/jobs.ts';
import { keyRules } from './rules/keys.ts';
import { nameRules } from './rules/names.ts';
import { peopleRules } from './rules/people.ts';
import { secretRules } from './rules/secrets.ts';
import { settingRules } from './rules/settings.ts';
import type { Snapshot } from './snapshot.ts';

export const RULES: readonly Rule[] = [
  ...settingRules,
  ...databaseRules,
  ...keyRules,
  ...jobRules,
  ...secretRules,
  ...appRules,
  ...nameRules,
  ...accessRules,
  ...peopleRules,
];

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** What is wrong, the worst first, in the language of the request. Otherwise pure: the same snapshot has the same findings. */
export function diagnose(snapshot: Snapshot): Finding[] {
  const found = RULES.flatMap(({ id, severity, check }) =>
    findingsOf(check, snapshot).map((what) => {
      const [why, fix] = [t(`doctor.why_${id}`), t(`doctor.fix_${id}`)];
      return { id, severity, what, why, fix };
    }),
  );
  return found.sort((first, second) => SEVERITIES.indexOf(first.severity) - SEVERITIES.indexOf(second.severity));
}

/** A rule that throws becomes a finding of its own, and the other rules still run. */
function findingsOf(check: Rule['check'], snapshot: Snapshot): readonly string[] {
  try {
    return check(snapshot);
  } catch (error) {
    return [t('doctor.unchecked', { failure: kindOfFailure(error) })];
  }
}

/** Whether something was found that is as bad as `least`, or worse. */
export const isAsBadAs = (findings: readonly Finding[], least: Severity) =>
  findings.some(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least));
