import type { By } from '../../access.ts';
import type { Db } from '../../db/connections/connection.ts';
import { listTeams } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import type { Choice } from '../lists.ts';

/** Whoever sees more teams finds a team by its own page, which leads to what it has. */
const MOST = 100;

/** The teams that a list can be narrowed to, by name; none for who sees less than two. */
export async function teamChoice(db: Db, by: By): Promise<Choice[]> {
  const { rows } = await listTeams(db, { limit: MOST, sort: 'name' }, by);
  if (rows.length < 2) return [];
  return [
    {
      name: 'team',
      label: t('teams.team'),
      any: t('lists.all'),
      options: rows.map(({ id, name }) => ({ value: id, label: name })),
    },
  ];
}
