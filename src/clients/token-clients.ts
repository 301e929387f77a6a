import { CompiledQuery } from 'kysely';
import { type LiveSubscription, liveSubscriptionsOf } from '../apis/app-apis.ts';
import type { Db } from '../db/connections/connection.ts';
import { PREPARED } from '../db/connections/session-client.ts';
import type { Client } from '../db/tables/catalogue.ts';
import { epochOf } from '../revocation/epochs.ts';
import { INCARNATION } from '../revocation/incarnation.ts';
import { CLIENT_ID } from './find-clients.ts';
import { ACTING_COLUMNS } from './settings/settings.ts';

const COLUMNS = [
  'id',
  'name',
  'type',
  'auth_method',
  'jwks',
  'jwks_uri',
  'id_token_alg_before',
  'default_api_id',
  'team_id',
  ...ACTING_COLUMNS,
] as const satisfies readonly (keyof Client)[];

/** What the protocol has to know of an app itself. */
export type TokenClient = Pick<Client, (typeof COLUMNS)[number]>;

/** A secret as the token endpoint looks at it. */
export interface KnownSecret {
  readonly id: string;
  readonly hash: Uint8Array;
  readonly expiresAt: Date | null;
  /** Its first use ends others. */
  readonly endsOthers: boolean;
}

/** What is read together with an app, and is the oldest that its tokens are decided on (revocation/token-epochs.ts). */
export interface ClientEpochs {
  readonly incarnation: number;
  readonly client: number;
  readonly 'client-tokens': number;
}

export interface FoundSubscription extends LiveSubscription {
  /** Of the API, as it was then. */
  readonly version: number;
  readonly epochs: Readonly<Record<'subscription' | 'api' | 'api-roles', number>>;
}

export interface FoundClient {
  readonly client: TokenClient;
  readonly epochs: ClientEpochs;
  readonly secrets: readonly KnownSecret[];
  readonly subscriptions: readonly FoundSubscription[];
  /** The identifiers of the APIs whose resource server it is. */
  readonly introspects: readonly string[];
}

interface Row extends TokenClient {
  epochs: ClientEpochs;
  secrets: { id: string; hash: string; expires_at: string | null; ends_others: boolean }[];
  subscriptions: FoundSubscription[];
  introspects: string[];
}

/** A list of rows as one value: binary as hex, moments as in JSON. */
const listOf = (rows: string) => `(select coalesce(json_agg(row_to_json(one)), '[]') from (${rows}) one)`;

const SUBSCRIPTIONS = `
  select live.api_id, live.scopes, apis.version, json_build_object(
    'subscription', ${epochOf('subscription', "clients.id || ' ' || apis.identifier")},
    'api', ${epochOf('api', 'apis.identifier')},
    'api-roles', ${epochOf('api-roles', 'apis.identifier')}) as epochs
  from (${liveSubscriptionsOf('clients.id')}) live join apis on apis.id = live.api_id
  order by apis.identifier`;

const QUERY = `${PREPARED}
  select ${COLUMNS.map((name) => `clients.${name}`).join()}, json_build_object(
      'incarnation', ${INCARNATION},
      'client', ${epochOf('client', 'clients.id')},
      'client-tokens', ${epochOf('client-tokens', 'clients.id')}) as epochs,
    ${listOf(`
      select id, encode(hash, 'hex') as hash, expires_at,
        first_used_at is null and exists (
          select from client_secrets older
          where older.client_id = client_secrets.client_id and older.successor_id = client_secrets.id
        ) as ends_others
      from client_secrets where client_id = clients.id`)} as secrets,
    ${listOf(SUBSCRIPTIONS)} as subscriptions,
    array(
      select apis.identifier from api_introspectors join apis on apis.id = api_introspectors.api_id
      where api_introspectors.client_id = clients.id) as introspects
  from clients
  left join teams on teams.id = clients.team_id
  where clients.id = $1 and clients.disabled_at is null and teams.suspended_at is null`;

/** An app that is not disabled, and of no suspended team, with everything that decides on its tokens, in one statement. */
export async function findTokenClient(db: Db, clientId: string): Promise<FoundClient | undefined> {
  if (!CLIENT_ID.test(clientId)) return undefined;
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(QUERY, [clientId]));
  const [row] = rows;
  if (!row) return undefined;
  const { epochs, secrets, subscriptions, introspects, ...client } = row;
  return { client, epochs, secrets: secrets.map(toKnownSecret), subscriptions, introspects };
}

function toKnownSecret({ id, hash, expires_at, ends_others }: Row['secrets'][number]): KnownSecret {
  return {
    id,
    hash: new Uint8Array(Buffer.from(hash, 'hex')),
    expiresAt: expires_at === null ? null : new Date(expires_at),
    endsOthers: ends_others,
  };
}
