import { sql } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import { noGroup } from './groups.ts';

export const GroupMemberQuery = PageQuery.extend({
  state: z.enum(['active', 'disabled']).optional(),
  sort: z.enum(sortsOf('created', 'name')).optional(),
});

/** A person of a group. */
export interface GroupMember {
  /** The account. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** When the account was made. */
  readonly created_at: Date;
  readonly disabled_at: Date | null;
}

const ORDER: Order<'created' | 'name'> = {
  keys: {
    created: { of: sql.ref('accounts.created_at'), type: 'time' },
    name: { of: sql`lower(accounts.name)`, type: 'text' },
  },
  id: sql.ref('accounts.id'),
  usual: '-created',
};

/** The people of a group, the newest account first. @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request */
export async function listGroupMembers(
  db: Db,
  groupId: string,
  input: z.input<typeof GroupMemberQuery>,
  by: By,
): Promise<Listing<GroupMember>> {
  authorize(by, 'platform.read', null, noGroup(groupId));
  const query = GroupMemberQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await peopleOf(db, groupId, query)
    .select(['accounts.id', 'accounts.name', 'accounts.email', 'accounts.created_at', 'accounts.disabled_at', place])
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function countGroupMembers(
  db: Db,
  groupId: string,
  input: z.input<typeof GroupMemberQuery>,
  by: By,
): Promise<number> {
  authorize(by, 'platform.read', null, noGroup(groupId));
  return await countRows(db, peopleOf(db, groupId, GroupMemberQuery.parse(input)));
}

function peopleOf(db: Db, groupId: string, { search, state }: z.output<typeof GroupMemberQuery>) {
  const query = db
    .selectFrom('group_members')
    .innerJoin('accounts', 'accounts.id', 'group_members.account_id')
    .where('group_members.group_id', '=', groupId)
    .where(matching(search, 'accounts.name', 'accounts.email', 'accounts.email_key'));
  return state === undefined
    ? query
    : query.where('accounts.disabled_at', state === 'disabled' ? 'is not' : 'is', null);
}
