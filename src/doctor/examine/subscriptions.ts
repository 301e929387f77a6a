import { sql } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import { SUCCESS } from '../../usage/outcomes.ts';
import { RETENTION } from '../../usage/retention.ts';
import type { Contents, SubscriptionState } from '../snapshot.ts';

/** What is live or waits, with when it was last used and the scopes that were seen in use. */
export async function examineSubscriptions(db: Db, now: Date): Promise<SubscriptionState[]> {
  const since = new Date(now.getTime() - RETENTION.requests * 86_400_000);
  const seen = await db
    .selectFrom('request_log')
    .select(['client_id', 'api_id', sql<string>`string_agg(distinct scope, ' ')`.as('scopes')])
    .where('outcome', '=', SUCCESS)
    .where('at', '>', since)
    .where('scope', 'is not', null)
    .groupBy(['client_id', 'api_id'])
    .execute();
  const seenBy = new Map(seen.map((row) => [`${row.client_id} ${row.api_id}`, row.scopes]));
  const rows = await db
    .selectFrom('subscriptions')
    .innerJoin('apis', 'apis.id', 'subscriptions.api_id')
    .selectAll('subscriptions')
    .select('apis.identifier')
    .select((eb) =>
      eb
        .selectFrom('usage_hours')
        .select((inner) => inner.fn.max('hour').as('last'))
        .whereRef('usage_hours.client_id', '=', 'subscriptions.client_id')
        .whereRef('usage_hours.api_id', '=', 'subscriptions.api_id')
        .as('last'),
    )
    .where('state', 'in', ['pending', 'active', 'suspended'])
    .orderBy('subscriptions.client_id')
    .orderBy('apis.identifier')
    .execute();
  return rows.map((row) => ({
    appId: row.client_id,
    api: row.identifier,
    scopes: row.scopes,
    createdAt: row.created_at,
    lastUsedAt: row.last,
    seenScopes: [...new Set((seenBy.get(`${row.client_id} ${row.api_id}`) ?? '').split(' ').filter(Boolean))],
    waitingSince: row.pending_at,
    state: row.state as SubscriptionState['state'],
  }));
}

export async function examineSuspended(db: Db): Promise<Contents['suspended']> {
  const apis = await db
    .selectFrom('apis')
    .select(['identifier', 'suspended_at'])
    .where('suspended_at', 'is not', null)
    .execute();
  const teams = await db
    .selectFrom('teams')
    .select(['name', 'suspended_at'])
    .where('suspended_at', 'is not', null)
    .execute();
  return [
    ...apis.map((api) => ({ kind: 'api' as const, name: api.identifier, since: api.suspended_at ?? new Date(0) })),
    ...teams.map((team) => ({ kind: 'team' as const, name: team.name, since: team.suspended_at ?? new Date(0) })),
  ];
}
