import { createHash } from 'node:crypto';
import { CompiledQuery, type Insertable } from 'kysely';

import type { Db } from '../../db/connections/connection.ts';
import { PREPARED } from '../../db/connections/session-client.ts';
import type { ArtifactTable } from '../../db/tables/tables.ts';
import { keyFromBearer, sealWith, unsealWith } from '../../keys/sealing/seal.ts';
import { ofLiveGrant } from '../../revocation/epochs.ts';

/** The row id of an artifact: the database never sees the value that someone bears. */
export function hashOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

/** What an artifact holds, by oidc-provider's names: what is read of it here. Times are Unix seconds. */
export type ArtifactPayload = {
  jti?: string | undefined;
  kind?: string | undefined;
  iat?: number | undefined;
  exp?: number | undefined;
  clientId?: string | undefined;
  accountId?: string | undefined;
  grantId?: string | undefined;
  gty?: string | undefined;
  scope?: string | undefined;
  resource?: string | string[] | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  authTime?: number | undefined;
  nonce?: string | undefined;
  sid?: string | undefined;
  sessionUid?: string | undefined;
  expiresWithSession?: boolean | undefined;
  /** When the family of a refresh token began, and how often it was refreshed. */
  iiat?: number | undefined;
  rotations?: number | undefined;
  codeChallenge?: string | undefined;
  codeChallengeMethod?: string | undefined;
  redirectUri?: string | undefined;
  uid?: string | undefined;
  state?: Record<string, unknown> | undefined;
  result?:
    | { login?: { accountId: string } | undefined; consent?: { grantId?: string | undefined } | undefined }
    | undefined;
  session?: { accountId?: string | undefined; uid?: string | undefined } | undefined;
  authorizations?: Record<string, { grantId?: string | undefined }> | undefined;
};

/** What a grant has given out; the grant itself is an artifact of its own. */
export const TOKENS_OF_GRANT: readonly string[] = ['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode'];

export interface StoredArtifact {
  readonly payload: ArtifactPayload;
  readonly consumedAt: Date | null;
}

/** An artifact, and the sign-in that it comes from if it comes from one. */
export interface FoundArtifact extends StoredArtifact {
  readonly signIn: { readonly accountId: string; readonly epoch: number } | undefined;
}

/**
 * Interactions and pushed requests hold values that someone else bears (the session id, an id_token_hint), so their
 * payload is sealed with a key that only the artifact's own id gives.
 */
const SEALED_MODELS = new Set(['Interaction', 'PushedAuthorizationRequest']);
const SEAL_PURPOSE = 'latchkey artifact payload';

/**
 * A session is also found by its uid, which opens nothing, for what its tokens need. Only its form under way is sealed: in
 * it are the form's secret and, when another person signs in, the address of an interaction.
 */
const SEALED_MEMBER: Readonly<Record<string, 'state'>> = { Session: 'state' };

function encodePayload(model: string, id: string, payload: ArtifactPayload): string {
  const { jti: _stripped, ...rest } = payload;
  const sealed = (value: unknown) =>
    sealWith(keyFromBearer(id, SEAL_PURPOSE), model, Buffer.from(JSON.stringify(value))).toString('base64url');
  if (SEALED_MODELS.has(model)) return JSON.stringify({ sealed: sealed(rest) });
  const member = SEALED_MEMBER[model];
  if (member === undefined || rest[member] === undefined) return JSON.stringify(rest);
  return JSON.stringify({ ...rest, [member]: undefined, sealed: sealed(rest[member]) });
}

/** The payload as it was saved. `id` is the value that somebody presents, which is not stored. */
export function decodePayload(model: string, id: string, stored: Record<string, unknown>): ArtifactPayload {
  const { sealed, ...rest } = stored;
  if (sealed === undefined) return { ...rest, jti: id };
  const bytes = Buffer.from(String(sealed), 'base64url');
  const opened: unknown = JSON.parse(unsealWith(keyFromBearer(id, SEAL_PURPOSE), model, bytes).toString());
  const member = SEALED_MEMBER[model];
  return { ...rest, ...(member === undefined ? (opened as object) : { [member]: opened }), jti: id };
}

export type ArtifactRow = Insertable<ArtifactTable>;

/** An artifact as a row. `lifetime` in seconds; undefined means that it does not expire. */
export function toArtifactRow(
  model: string,
  artifact: { id: string; payload: ArtifactPayload; lifetime: number | undefined; now: Date },
): ArtifactRow {
  const { id, payload, lifetime, now } = artifact;
  // An interaction is found by its id only, and its session with it.
  const uid = model === 'Interaction' ? payload.session?.uid : payload.uid;
  return {
    id_hash: hashOf(id),
    model,
    // A grant's row has the grant's own id too, so one column finds all rows of a grant. Nobody gets in by that id.
    grant_id: payload.result?.consent?.grantId ?? payload.grantId ?? (model === 'Grant' ? id : null),
    account_id: personIn(payload) ?? null,
    client_id: payload.clientId ?? null,
    uid_hash: uid ? hashOf(uid) : null,
    user_code_hash: null,
    payload: encodePayload(model, id, payload),
    created_at: now,
    expires_at: lifetime ? new Date(now.getTime() + lifetime * 1000) : null,
    consumed_at: null,
    client_epoch: 0,
    consent_epoch: 0,
    client_tokens_epoch: 0,
  };
}

/** The person. A sign-in or consent under way belongs to the person who signed in last, and ends with their sessions. */
function personIn({ accountId, result, session }: ArtifactPayload): string | undefined {
  return accountId ?? result?.login?.accountId ?? session?.accountId;
}

const KEY = ['id_hash', 'model', 'created_at'] as const;

/** The columns that saving again replaces. It leaves the time of use, and the time of a device's next poll. */
const REPLACED = [
  'grant_id',
  'account_id',
  'client_id',
  'uid_hash',
  'user_code_hash',
  'payload',
  'expires_at',
  'poll_interval',
] as const;
/** A request that saves the artifact again may have read a higher epoch since. */
const KEPT_LOW = ['client_epoch', 'consent_epoch', 'client_tokens_epoch'] as const;
export const SAVED = [...KEY, ...REPLACED, ...KEPT_LOW] as const satisfies readonly (keyof ArtifactRow)[];

/** What becomes of one that is saved again. */
export const REPLACING = `on conflict (id_hash, model) do update set
    ${[...REPLACED, 'sign_in_epoch'].map((name) => `${name} = excluded.${name}`).join()},
    ${KEPT_LOW.map((name) => `${name} = least(artifacts.${name}, excluded.${name})`).join()}`;

const [EPOCH, IS_NOW, ACCOUNT] = [SAVED.length + 1, SAVED.length + 2, SAVED.indexOf('account_id') + 1];
const SAVE = `${PREPARED} insert into artifacts (${SAVED.join()}, sign_in_epoch)
  values (${SAVED.map((_, index) => `$${index + 1}`).join()}, case when $${IS_NOW}::boolean
    then (select accounts.sign_in_epoch from accounts where accounts.id = $${ACCOUNT}) else $${EPOCH}::integer end)
  ${REPLACING}`;

/**
 * Inserts an artifact, or replaces the one of the same id. `epoch` is that of the sign-in that it comes from: one that was
 * read before, or the person's at this moment; null where it comes from none.
 */
export async function saveArtifact(db: Db, row: ArtifactRow, epoch: number | 'now' | null = null): Promise<void> {
  const values = SAVED.map((name) => row[name] ?? null);
  await db.executeQuery(CompiledQuery.raw(SAVE, [...values, epoch === 'now' ? null : epoch, epoch === 'now']));
}

/** Whether the sign-in that it comes from has not ended. @param used the table's name @param accounts that of its person */
export const ofLiveSignIn = (used: string, accounts: string) =>
  `(${used}.sign_in_epoch is null or ${used}.sign_in_epoch = ${accounts}.sign_in_epoch)`;

/** With its condition; the model is the second parameter. */
export const LIVE = `artifacts left join accounts on accounts.id = artifacts.account_id
  where artifacts.model = $2 and ${ofLiveSignIn('artifacts', 'accounts')}
    and (artifacts.model <> 'Grant' or ${ofLiveGrant('artifacts')})`;

const FIND = `${PREPARED}
  select artifacts.payload, artifacts.consumed_at, artifacts.account_id, artifacts.sign_in_epoch
  from ${LIVE} and artifacts.id_hash = $1`;

/** Finds by bearer value. */
export async function findArtifact(db: Db, model: string, id: string): Promise<FoundArtifact | undefined> {
  const { rows } = await db.executeQuery<Found>(CompiledQuery.raw(FIND, [hashOf(id), model]));
  const [row] = rows;
  if (!row) return undefined;
  const { account_id: accountId, sign_in_epoch: epoch } = row;
  const signIn = accountId !== null && epoch !== null ? { accountId, epoch } : undefined;
  return { payload: decodePayload(model, id, row.payload), consumedAt: row.consumed_at, signIn };
}

interface Found {
  payload: Record<string, unknown>;
  consumed_at: Date | null;
  account_id: string | null;
  sign_in_epoch: number | null;
}

const FIND_BY_UID = `${PREPARED} select artifacts.payload from ${LIVE} and artifacts.uid_hash = $1
  order by artifacts.created_at desc limit 1`;

/** Finds a session by its uid. The bearer value stays unknown. */
export async function findArtifactByUid(db: Db, model: string, uid: string): Promise<ArtifactPayload | undefined> {
  const { rows } = await db.executeQuery<Found>(CompiledQuery.raw(FIND_BY_UID, [hashOf(uid), model]));
  return rows[0]?.payload;
}

/** One statement, so that two requests cannot both use it up. @returns whether this request used it up */
export async function consumeArtifact(db: Db, model: string, id: string, now: Date): Promise<boolean> {
  const row = await db
    .updateTable('artifacts')
    .set({ consumed_at: now })
    .where('id_hash', '=', hashOf(id))
    .where('model', '=', model)
    .where('consumed_at', 'is', null)
    .returning('model')
    .executeTakeFirst();
  return row !== undefined;
}
