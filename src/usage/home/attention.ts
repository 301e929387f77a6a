import { type RawBuilder, sql } from 'kysely';
import type { By } from '../../access.ts';
import type { Db } from '../../db/connections/connection.ts';
import { ownTeams } from './teams.ts';

/** Something that someone has to look at. */
export interface Attention {
  /** `secret_ends` and `secret_ended` are about a secret; the others about what was suspended. */
  readonly kind: 'secret_ends' | 'secret_ended' | 'app' | 'api' | 'team' | 'subscription';
  /** Of the app, API or team. */
  readonly id: string;
  readonly name: string;
  /** The secret's name, or the name of the API that a subscription is of. */
  readonly detail: string | null;
  /** When the secret ends, or since when it is so. */
  readonly at: Date | null;
  /** For a secret: whether the app has another one that lasts longer. */
  readonly covered: boolean;
}

/** How long ahead the end of a secret is told, in days. */
export const SECRETS_AHEAD = 14;
const MOST = 20;
const DAY = 86_400_000;

/** Secrets of someone's teams' apps that end soon, or have ended without another one, and what of theirs is suspended. One statement. */
export async function readAttention(db: Db, by: By): Promise<Attention[]> {
  const teams = ownTeams(by);
  if (teams.length === 0) return [];
  const owned = sql`in (${sql.join(teams)})`;
  const { rows } = await sql<Attention>`
    (${endingSecrets(owned, by.now)} limit ${MOST})
    union all (select 'app', id, name, null, disabled_at, false
      from clients where team_id ${owned} and disabled_at is not null limit ${MOST})
    union all (select 'api', id, name, null, suspended_at, false
      from apis where team_id ${owned} and suspended_at is not null limit ${MOST})
    union all (select 'team', id, name, null, suspended_at, false
      from teams where id ${owned} and suspended_at is not null limit ${MOST})
    union all (select 'subscription', clients.id, clients.name, apis.name, subscriptions.decided_at, false
      from subscriptions
        join clients on clients.id = subscriptions.client_id
        join apis on apis.id = subscriptions.api_id
      where clients.team_id ${owned} and subscriptions.state = 'suspended' limit ${MOST})
    order by at nulls last`.execute(db);
  return rows;
}

/** A secret that has ended matters only where no other one is left. */
function endingSecrets(owned: RawBuilder<unknown>, now: Date): RawBuilder<unknown> {
  const until = new Date(now.getTime() + SECRETS_AHEAD * DAY);
  return sql`
    select case when secret.expires_at <= ${now}::timestamptz then 'secret_ended' else 'secret_ends' end as kind,
      clients.id, clients.name, secret.name as detail, secret.expires_at as at, other.id is not null as covered
    from client_secrets secret
      join clients on clients.id = secret.client_id
      left join lateral (
        select id from client_secrets other
        where other.client_id = secret.client_id and other.id <> secret.id
          and (other.expires_at is null or other.expires_at > greatest(secret.expires_at, ${now}::timestamptz))
        limit 1
      ) other on true
    where clients.team_id ${owned} and clients.disabled_at is null and secret.expires_at <= ${until}::timestamptz
      and (secret.expires_at > ${now}::timestamptz or other.id is null)
    order by secret.expires_at`;
}
