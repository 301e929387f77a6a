import { sql } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import type { TeamRole } from '../db/tables/teams.ts';
import { TeamRoleName } from './members.ts';
import { noTeam } from './teams.ts';

export const MemberQuery = PageQuery.extend({
  role: TeamRoleName.optional(),
  state: z.enum(['active', 'disabled']).optional(),
  sort: z.enum(sortsOf('joined', 'name')).optional(),
});

export interface Member {
  /** The account. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: TeamRole;
  readonly disabled_at: Date | null;
  /** When they came into the team. */
  readonly created_at: Date;
}

const ORDER: Order<'joined' | 'name'> = {
  keys: {
    joined: { of: sql.ref('team_members.created_at'), type: 'time' },
    name: { of: sql`lower(accounts.name)`, type: 'text' },
  },
  id: sql.ref('accounts.id'),
  usual: 'joined',
};

/** The members of a team, the oldest first. @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request */
export async function listMembers(
  db: Db,
  teamId: string,
  input: z.input<typeof MemberQuery>,
  by: By,
): Promise<Listing<Member>> {
  authorize(by, 'team.read', teamId, noTeam(teamId));
  const query = MemberQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await membersOf(db, teamId, query)
    .select(['accounts.id', 'accounts.name', 'accounts.email', 'accounts.disabled_at'])
    .select(['team_members.role', 'team_members.created_at', place])
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function countMembers(
  db: Db,
  teamId: string,
  input: z.input<typeof MemberQuery>,
  by: By,
): Promise<number> {
  authorize(by, 'team.read', teamId, noTeam(teamId));
  return await countRows(db, membersOf(db, teamId, MemberQuery.parse(input)));
}

function membersOf(db: Db, teamId: string, { search, role, state }: z.output<typeof MemberQuery>) {
  let query = db
    .selectFrom('team_members')
    .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
    .where('team_members.team_id', '=', teamId)
    .where(matching(search, 'accounts.name', 'accounts.email', 'accounts.email_key'));
  if (role !== undefined) query = query.where('team_members.role', '=', role);
  if (state !== undefined) query = query.where('accounts.disabled_at', state === 'disabled' ? 'is not' : 'is', null);
  return query;
}
