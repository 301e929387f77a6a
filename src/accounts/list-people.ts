import { sql } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import { PROFILE, type Profile } from './people.ts';

export const PersonQuery = PageQuery.extend({
  role: z.enum(['admin', 'auditor', 'none']).optional(),
  state: z.enum(['active', 'disabled']).optional(),
  sort: z.enum(sortsOf('created', 'name', 'seen')).optional(),
});

/** A person in a list. */
export interface ListedPerson extends Profile {
  /** When they signed in last; null: never. */
  readonly last_sign_in_at: Date | null;
}

/** By an index of these events alone (migration 0049). */
const lastSignIn = sql<Date | null>`(select seen.at from audit_events seen
  where seen.account_id = accounts.id and seen.type = 'account.signed_in' order by seen.id desc limit 1)`;

const ORDER: Order<'created' | 'name' | 'seen'> = {
  keys: {
    created: { of: sql.ref('accounts.created_at'), type: 'time' },
    name: { of: sql`lower(accounts.name)`, type: 'text' },
    seen: { of: lastSignIn, type: 'time', nullable: true },
  },
  id: sql.ref('accounts.id'),
  usual: '-created',
};

/**
 * People, the newest first, searched by a part of the name or the address.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, invalid_request
 */
export async function listPeople(db: Db, input: z.input<typeof PersonQuery>, by: By): Promise<Listing<ListedPerson>> {
  authorize(by, 'platform.read', null);
  const query = PersonQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await matchingPeople(db, query)
    .select(PROFILE)
    .select([place, lastSignIn.as('last_sign_in_at')])
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} not_found, forbidden */
export async function countPeople(db: Db, input: z.input<typeof PersonQuery>, by: By): Promise<number> {
  authorize(by, 'platform.read', null);
  return await countRows(db, matchingPeople(db, PersonQuery.parse(input)));
}

function matchingPeople(db: Db, { search, role, state }: z.output<typeof PersonQuery>) {
  let query = db
    .selectFrom('accounts')
    .where(matching(search, 'accounts.email', 'accounts.email_key', 'accounts.name'));
  if (role === 'none') query = query.where('accounts.platform_role', 'is', null);
  else if (role !== undefined) query = query.where('accounts.platform_role', '=', role);
  if (state !== undefined) query = query.where('accounts.disabled_at', state === 'disabled' ? 'is not' : 'is', null);
  return query;
}
