import { emailKey } from '../../names/addresses.ts';
import { nameKey } from '../../names/names.ts';
import type { Current } from '../read.ts';
import type { Declaration } from '../schema.ts';
import { known, noPerson, type Report, unique } from './report.ts';

export function checkPeople({ groups = [], teams = [] }: Declaration, { ids }: Current, report: Report): void {
  const has = (email: string) => ids.accounts.has(emailKey(email));
  unique(
    groups.map(({ name }) => nameKey(name)),
    ['groups'],
    report,
    'A group of this name',
  );
  for (const [index, { members }] of groups.entries()) {
    const path = ['groups', index, 'members'];
    unique((members ?? []).map(emailKey), path, report, 'This person');
    known(members, { has, path, say: noPerson }, report);
  }
  unique(
    teams.map(({ name }) => nameKey(name)),
    ['teams'],
    report,
    'A team of this name',
  );
  for (const [index, { members = [] }] of teams.entries()) {
    const path = ['teams', index, 'members'];
    unique(
      members.map(({ email }) => emailKey(email)),
      path,
      report,
      'This person',
    );
    known(
      members.map(({ email }) => email),
      { has, path, say: noPerson },
      report,
    );
  }
}
