import { sql } from 'kysely';
import { z } from 'zod';
import type { By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import type { Team, TeamRole } from '../db/tables/teams.ts';
import { TeamRoleName } from './members.ts';

export const OwnTeamQuery = PageQuery.extend({
  role: TeamRoleName.optional(),
  sort: z.enum(sortsOf('name', 'joined')).optional(),
});

/** A team that the caller is in. */
export interface OwnTeam extends Pick<Team, 'id' | 'name' | 'suspended_at'> {
  readonly role: TeamRole;
  readonly members: number;
  readonly joined_at: Date;
}

const ORDER: Order<'name' | 'joined'> = {
  keys: {
    name: { of: sql.ref('teams.name_key'), type: 'text' },
    joined: { of: sql.ref('team_members.created_at'), type: 'time' },
  },
  id: sql.ref('teams.id'),
  usual: 'name',
};

/** The teams that the caller is in, by name. @throws {ZodError} @throws {AppError} invalid_request */
export async function listOwnTeams(db: Db, input: z.input<typeof OwnTeamQuery>, by: By): Promise<Listing<OwnTeam>> {
  const query = OwnTeamQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await teamsOf(db, query, by)
    .select(['teams.id', 'teams.name', 'teams.suspended_at', 'team_members.role'])
    .select(['team_members.created_at as joined_at', place])
    .select((eb) =>
      eb
        .selectFrom('team_members as others')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('others.team_id', '=', 'teams.id')
        .as('members'),
    )
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows.map((row) => ({ ...row, members: Number(row.members ?? 0) })));
}

/** How many there are in all. @throws {ZodError} */
export async function countOwnTeams(db: Db, input: z.input<typeof OwnTeamQuery>, by: By): Promise<number> {
  return await countRows(db, teamsOf(db, OwnTeamQuery.parse(input), by));
}

function teamsOf(db: Db, { search, role }: z.output<typeof OwnTeamQuery>, { actor }: By) {
  const query = db
    .selectFrom('team_members')
    .innerJoin('teams', 'teams.id', 'team_members.team_id')
    .where('team_members.account_id', '=', actor.type === 'account' ? (actor.id ?? '') : '')
    .where(matching(search, 'teams.name'));
  return role === undefined ? query : query.where('team_members.role', '=', role);
}
