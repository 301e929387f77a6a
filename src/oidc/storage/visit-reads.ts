import { CompiledQuery } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import { PREPARED } from '../../db/connections/session-client.ts';
import type { ProfileFields } from '../../db/tables/profile.ts';
import { ofLiveGrant } from '../../revocation/epochs.ts';
import {
  type ArtifactPayload,
  decodePayload,
  type FoundArtifact,
  hashOf,
  LIVE,
  ofLiveSignIn,
} from '../../tokens/storage/artifacts.ts';
import type { Person } from '../../tokens/storage/stored-token.ts';

export type { Person };

/** An artifact with what a page about it needs too. */
export interface FoundInVisit {
  readonly artifact: FoundArtifact;
  /** Whose it is; undefined also when the person is disabled. */
  readonly person: Person | undefined;
  /** Of an interaction: the session in which it began. */
  readonly session: KnownSession | undefined;
  /** Of an interaction: the grant that it is about, or that the person has just widened. */
  readonly grant: ArtifactPayload | undefined;
}

/** A session that was found by its uid. The value that a browser bears for it is known once it is asked for. */
export interface KnownSession {
  readonly idHash: Uint8Array;
  readonly payload: Record<string, unknown>;
  readonly signIn: FoundArtifact['signIn'];
}

interface Row {
  payload: Record<string, unknown>;
  consumed_at: Date | null;
  account_id: string | null;
  sign_in_epoch: number | null;
  is_active: boolean;
  name: string;
  email: string;
  email_verified_at: Date | null;
  updated_at: Date;
  profile: ProfileFields;
  language: string | null;
  time_zone: string | null;
  session_hash: Uint8Array | null;
  session_payload: Record<string, unknown> | null;
  session_account: string | null;
  session_epoch: number | null;
  grant_id: string | null;
  grant_payload: Record<string, unknown> | null;
}

const QUERY = `${PREPARED}
  select artifacts.payload, artifacts.consumed_at, artifacts.account_id, artifacts.sign_in_epoch,
    accounts.id is not null and accounts.disabled_at is null as is_active, accounts.name, accounts.email,
    accounts.email_verified_at, accounts.updated_at, accounts.profile, accounts.language, accounts.time_zone,
    session.id_hash as session_hash, session.payload as session_payload,
    session.account_id as session_account, session.sign_in_epoch as session_epoch,
    artifacts.grant_id, owner.payload as grant_payload
  from (select artifacts.* from ${LIVE} and artifacts.id_hash = $1) artifacts
  left join accounts on accounts.id = artifacts.account_id
  left join lateral (
    select s.id_hash, s.payload, s.account_id, s.sign_in_epoch
    from artifacts s left join accounts owner on owner.id = s.account_id
    where artifacts.model = 'Interaction' and s.model = 'Session' and s.uid_hash = artifacts.uid_hash
      and ${ofLiveSignIn('s', 'owner')}
    order by s.created_at desc limit 1) session on true
  left join artifacts owner on artifacts.model = 'Interaction' and owner.model = 'Grant'
    and owner.id_hash = sha256(convert_to(artifacts.grant_id, 'UTF8')) and ${ofLiveGrant('owner')}`;

/** Finds by bearer value, in one statement. */
export async function findInVisit(db: Db, model: string, id: string): Promise<FoundInVisit | undefined> {
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(QUERY, [hashOf(id), model]));
  const [row] = rows;
  if (!row) return undefined;
  const { account_id: accountId, grant_id: grantId, grant_payload: grant } = row;
  return {
    artifact: {
      payload: decodePayload(model, id, row.payload),
      consumedAt: row.consumed_at,
      signIn: signInOf(accountId, row.sign_in_epoch),
    },
    person: accountId !== null && row.is_active ? { ...row, id: accountId } : undefined,
    session:
      row.session_hash && row.session_payload
        ? {
            idHash: row.session_hash,
            payload: row.session_payload,
            signIn: signInOf(row.session_account, row.session_epoch),
          }
        : undefined,
    grant: grant && grantId !== null ? decodePayload('Grant', grantId, grant) : undefined,
  };
}

const signInOf = (accountId: string | null, epoch: number | null) =>
  accountId !== null && epoch !== null ? { accountId, epoch } : undefined;
