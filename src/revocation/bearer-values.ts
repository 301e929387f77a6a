import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import { ofLiveGrant } from './epochs.ts';

/** A value without a structure of its own, as someone bears it. */
export interface BearerValue {
  readonly kind: 'access_token' | 'refresh_token' | 'code';
  readonly clientId: string | null;
  readonly accountId: string | null;
  readonly expiresAt: Date | null;
  readonly usedAt: Date | null;
}

const KINDS: Readonly<Record<string, BearerValue['kind']>> = {
  AccessToken: 'access_token',
  RefreshToken: 'refresh_token',
  AuthorizationCode: 'code',
};

const GRANT = `(select from artifacts owner where owner.model = 'Grant'
  and owner.id_hash = sha256(convert_to(artifacts.grant_id, 'UTF8')) and ${ofLiveGrant('owner')})`;

/** What a value is that this server gave out; only its hash is known here. Undefined when it was not, or is forgotten, or has ended with its grant. */
export async function recognizeBearerValue(db: Db, value: string): Promise<BearerValue | undefined> {
  const row = await db
    .selectFrom('artifacts')
    .select(['model', 'client_id', 'account_id', 'expires_at', 'consumed_at'])
    .where('id_hash', '=', createHash('sha256').update(value).digest())
    .where('model', 'in', Object.keys(KINDS))
    .where(sql<boolean>`exists ${sql.raw(GRANT)}`)
    .executeTakeFirst();
  const kind = row && KINDS[row.model];
  if (!kind) return undefined;
  const { client_id: clientId, account_id: accountId, expires_at: expiresAt, consumed_at: usedAt } = row;
  return { kind, clientId, accountId, expiresAt, usedAt };
}
