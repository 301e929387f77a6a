import { CompiledQuery } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import { PREPARED } from '../../db/connections/session-client.ts';
import type { Account } from '../../db/tables/tables.ts';
import { epochOf, ofLiveClient, ofLiveGrant, ofLiveTokens } from '../../revocation/epochs.ts';
import type { ArtifactPayload } from './artifacts.ts';
import { decodePayload, hashOf, ofLiveSignIn, type StoredArtifact } from './artifacts.ts';

/** What of a person goes into tokens. */
export type Person = Pick<
  Account,
  'id' | 'name' | 'email' | 'email_verified_at' | 'updated_at' | 'profile' | 'language' | 'time_zone'
>;

/** A code or token that someone presents, with what every use of it has to look at. */
export interface StoredToken extends StoredArtifact {
  readonly model: string;
  readonly grant: ArtifactPayload | undefined;
  /** undefined as well when the person is disabled */
  readonly person: Person | undefined;
  /** The session that it ends with, by the session's uid; undefined when it does not end with one. */
  readonly session: { readonly uid: string; readonly payload: ArtifactPayload | undefined } | undefined;
  readonly epochs: StoredEpochs;
}

/** The oldest that its use is decided on, as far as that is not the app's own (revocation/token-epochs.ts). */
export interface StoredEpochs {
  /** As the grant bears them, */
  readonly client: number;
  readonly consent: number;
  /** and as they were read with it: of the person, */
  readonly account: number;
  /** and of their roles at the APIs of the code or token, by name; what is not there is 0. */
  readonly roles: Readonly<Record<string, number>>;
}

interface Row extends Omit<Person, 'id'> {
  model: string;
  payload: Record<string, unknown> & { sessionUid?: string; expiresWithSession?: boolean };
  consumed_at: Date | null;
  grant_id: string | null;
  grant_payload: Record<string, unknown> | null;
  session_payload: ArtifactPayload | null;
  person_id: string | null;
  client_epoch: number | null;
  consent_epoch: number | null;
  account_epoch: number;
  roles_epochs: Record<string, number> | null;
}

/** One API in a text, several in a list. */
const NAMES_OF_ROLES = `case jsonb_typeof(used.payload -> 'resource')
  when 'array' then array(
    select used.account_id || ' ' || audience from jsonb_array_elements_text(used.payload -> 'resource') as audience)
  else array[used.account_id || ' ' || (used.payload ->> 'resource')] end`;

const COLUMNS = `used.model, used.payload, used.consumed_at, used.grant_id, owner.payload as grant_payload,
    session.payload as session_payload, accounts.id as person_id, accounts.name, accounts.email,
    accounts.email_verified_at, accounts.updated_at, accounts.profile, accounts.language, accounts.time_zone,
    owner.client_epoch, owner.consent_epoch,
    ${epochOf('account', 'used.account_id')} as account_epoch,
    (select json_object_agg(value, epoch) from epochs
      where kind = 'roles' and value = any(${NAMES_OF_ROLES})) as roles_epochs`;

/** Its grant, person and session. */
const JOINED = `
  left join artifacts owner
    on owner.model = 'Grant' and owner.id_hash = sha256(convert_to(used.grant_id, 'UTF8'))
    and ${ofLiveGrant('owner')}
  left join accounts on accounts.id = used.account_id and accounts.disabled_at is null
    and ${ofLiveSignIn('used', 'accounts')}
  left join lateral (
    select s.payload from artifacts s
    where used.payload @> '{"expiresWithSession": true}' and s.model = 'Session'
      and s.uid_hash = sha256(convert_to(used.payload ->> 'sessionUid', 'UTF8'))
      and ${ofLiveSignIn('s', 'accounts')}
    order by s.created_at desc limit 1) session on true
  where used.model in ('AccessToken', 'AuthorizationCode', 'ClientCredentials', 'DeviceCode', 'RefreshToken')
    and (used.model <> 'DeviceCode' or ${ofLiveClient('used')}) and ${ofLiveTokens('used')}`;

const ONE = `${PREPARED} select ${COLUMNS} from artifacts used ${JOINED} and used.id_hash = $1`;

/** PostgreSQL does not know the limit when it plans, counts on one row, and never reads a whole table for it. */
const SEVERAL = `${PREPARED} select asked.number, ${COLUMNS}
  from (select * from unnest($1::bytea[], $2::int[]) as given (id_hash, number) limit $3::int) asked
  join artifacts used on used.id_hash = asked.id_hash ${JOINED}`;

/** Finds by bearer value, whatever it turns out to be, in one round trip. Nothing is locked: whoever uses it finds out at the end (writes.ts). */
export async function findStoredToken(db: Db, id: string): Promise<StoredToken | undefined> {
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(ONE, [hashOf(id)]));
  return rows[0] && toStoredToken(id, rows[0]);
}

/** The same for several. @returns by place */
export async function findStoredTokens(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<number, StoredToken | undefined>> {
  const values = [ids.map(hashOf), [...ids.keys()], ids.length];
  const { rows } = await db.executeQuery<Row & { number: number }>(CompiledQuery.raw(SEVERAL, values));
  const found = new Map(rows.map((row) => [row.number, row]));
  return new Map(
    ids.map((id, place) => {
      const row = found.get(place);
      return [place, row && toStoredToken(id, row)];
    }),
  );
}

function toStoredToken(id: string, row: Row): StoredToken {
  const { model, payload, grant_id: grantId, grant_payload: grant, person_id: personId } = row;
  return {
    model,
    payload: decodePayload(model, id, payload),
    consumedAt: row.consumed_at,
    grant: grant && grantId ? decodePayload('Grant', grantId, grant) : undefined,
    person: personId ? { ...row, id: personId } : undefined,
    session: sessionOf(row),
    epochs: {
      client: row.client_epoch ?? 0,
      consent: row.consent_epoch ?? 0,
      account: row.account_epoch,
      roles: row.roles_epochs ?? {},
    },
  };
}

function sessionOf({ payload, session_payload: session }: Row): StoredToken['session'] {
  const { sessionUid: uid, expiresWithSession } = payload;
  return expiresWithSession && uid ? { uid, payload: session ?? undefined } : undefined;
}
