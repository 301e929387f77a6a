import type { Finding, Rule, Severity } from './rule.ts';
import { accessRules } from './rules/access.ts';
import { appRules } from './rules/apps.ts';
import { databaseRules } from './rules/database.ts';
import { keyRules } from './rules/keys.ts';
import { peopleRules } from './rules/people.ts';
import { secretRules } from './rules/secrets.ts';
import { settingRules } from './rules/settings.ts';
import type { Snapshot } from './snapshot.ts';

export const RULES: readonly Rule[] = [
  ...settingRules,
  ...databaseRules,
  ...keyRules,
  ...secretRules,
  ...appRules,
  ...accessRules,
  ...peopleRules,
];

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** What is wrong, the worst first. Pure: the same snapshot has the same findings. */
export function diagnose(snapshot: Snapshot): Finding[] {
  const found = RULES.flatMap(({ id, severity, why, fix, check }) =>
    check(snapshot).map((what) => ({ id, severity, what, why, fix })),
  );
  return found.sort((first, second) => SEVERITIES.indexOf(first.severity) - SEVERITIES.indexOf(second.severity));
}

/** Whether something was found that is as bad as `least`, or worse. */
export const isAsBadAs = (findings: readonly Finding[], least: Severity) =>
  findings.some(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least));
