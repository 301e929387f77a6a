import { createHmac } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import type { Actor, AuditEvent } from '../../audit/events.ts';
import { record } from '../../audit/record.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { inTransaction } from '../../db/transaction.ts';
import { ofLiveClient } from '../../revocation/epochs.ts';
import { saveArtifact, toArtifactRow } from '../../tokens/storage/artifacts.ts';
import { appOf, type Epochs, signInsOf } from '../sign-in/epochs.ts';
import type { UnitOfWork } from '../storage/unit-of-work.ts';
import { POLL_INTERVAL } from './polls.ts';

const MODEL = 'DeviceCode';

/** Seconds for which an ended code is kept, so that the device and the person are told that it has ended, and not that it never was. */
const KEPT_AFTER_END = 10 * 60;

export interface DeviceCodeParts {
  readonly db: Kysely<Tables>;
  readonly work: Pick<UnitOfWork, 'exchange'>;
  readonly cookieKeys: readonly string[];
  readonly clock: () => Date;
  readonly epochs: Epochs;
}

/**
 * Device codes (RFC 8628), which two sides use: the device by its code, as every bearer value is used; and the person's
 * browser by the user code. The browser's side never learns the device code, of which there is only a hash, so there the
 * provider is given a handle in its place. In an exchange, where a device shows its code, a handle means nothing.
 */
export function createDeviceCodeAdapter(byDeviceCode: Adapter, parts: DeviceCodeParts): Adapter {
  const findByUserCode = async (userCode: string) => {
    const stored = await findPayload(parts.db, hashesOf(parts.cookieKeys, userCode));
    return stored && { ...stored, userCode, jti: toHandle(userCode) };
  };
  return {
    find(id) {
      const userCode = parts.work.exchange() ? undefined : fromHandle(id);
      return userCode === undefined ? byDeviceCode.find(id) : findByUserCode(userCode);
    },
    findByUserCode,
    upsert: (id, payload, lifetime) =>
      fromHandle(id) === undefined ? issue(parts, { id, payload, lifetime }) : change(parts, payload),
    findByUid: (uid) => byDeviceCode.findByUid(uid),
    consume: (id) => byDeviceCode.consume(id),
    destroy: (id) => byDeviceCode.destroy(id),
    revokeByGrantId: (grantId) => byDeviceCode.revokeByGrantId(grantId),
  };
}

const HANDLE = 'user code ';
const toHandle = (userCode: string) => `${HANDLE}${userCode}`;
const fromHandle = (id: string) => (id.startsWith(HANDLE) ? id.slice(HANDLE.length) : undefined);

/** A user code is short enough to be found from a plain hash, so it is hashed with a key that the database does not have. */
function hashesOf(cookieKeys: readonly string[], userCode: string): Buffer[] {
  return cookieKeys.map((key) => createHmac('sha256', key).update(`user code:${userCode}`).digest());
}

async function issue(
  { db, cookieKeys, clock, epochs }: DeviceCodeParts,
  { id, payload, lifetime = 0 }: { id: string; payload: AdapterPayload; lifetime: number | undefined },
): Promise<void> {
  const { userCode = '', ...rest } = payload;
  const stored = { ...rest, params: withoutSignature(rest.params) };
  const kept = { id, payload: stored, lifetime: lifetime + KEPT_AFTER_END, now: clock() };
  const [userCodeHash = null] = hashesOf(cookieKeys, userCode);
  await saveArtifact(db, {
    ...toArtifactRow(MODEL, kept),
    user_code_hash: userCodeHash,
    client_epoch: epochs.of(appOf(payload.clientId ?? '')) ?? 0,
    poll_interval: POLL_INTERVAL,
  });
}

/**
 * The hint was checked when it came, and is read once more for whom it names (second-looks.ts). The browser's side has no
 * key to unseal it with, so what is kept is good for nothing else.
 */
function withoutSignature(params: AdapterPayload['params']): AdapterPayload['params'] {
  const hint = params?.id_token_hint;
  if (typeof hint !== 'string') return params;
  return { ...params, id_token_hint: hint.slice(0, hint.lastIndexOf('.') + 1) };
}

async function findPayload(db: Db, userCodeHashes: Buffer[]): Promise<AdapterPayload | undefined> {
  const row = await db
    .selectFrom('artifacts')
    .select('payload')
    .where('user_code_hash', 'in', userCodeHashes)
    .where('model', '=', MODEL)
    .where(sql<boolean>`${sql.raw(ofLiveClient('artifacts'))}`)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row?.payload;
}

/** A step of the person's: going on with a code, connecting the device, or refusing it. */
async function change({ db, cookieKeys, clock, epochs }: DeviceCodeParts, payload: AdapterPayload): Promise<void> {
  const { jti: _handle, userCode = '', ...wanted } = payload;
  const epoch = wanted.accountId === undefined ? undefined : epochs.of(signInsOf(wanted.accountId));
  const changed = await inTransaction(db, async (trx) => {
    const done = await advance(trx, hashesOf(cookieKeys, userCode), { payload: afterFault(wanted), epoch });
    const event = eventOf(wanted);
    if (done && event) await record(trx, actorOf(), event, clock());
    return done;
  });
  if (!changed) throw new UserCodeTaken();
}

/** Someone else was faster with the same code, or the app or person is not allowed here any more. */
export class UserCodeTaken extends errors.InvalidRequest {
  constructor() {
    super('code has already been used');
  }
}

/** A fault of ours decides nothing: the person may enter the code again. */
function afterFault(payload: AdapterPayload): AdapterPayload {
  if (payload.error !== 'server_error') return payload;
  const { error: _error, errorDescription: _description, inFlight: _inFlight, ...open } = payload;
  return open;
}

/**
 * One statement, so that of two people who enter one code at once only one goes on, and what was decided stays.
 * @returns whether it was possible
 */
async function advance(
  db: Db,
  userCodeHashes: Buffer[],
  { payload, epoch }: { payload: AdapterPayload; epoch: number | undefined },
): Promise<boolean> {
  const goesOn = payload.inFlight && !payload.accountId && !payload.error;
  const row = await db
    .updateTable('artifacts')
    .set({
      payload: JSON.stringify(payload),
      account_id: payload.accountId ?? null,
      grant_id: payload.grantId ?? null,
      sign_in_epoch: epoch ?? null,
    })
    .where('user_code_hash', 'in', userCodeHashes)
    .where('model', '=', MODEL)
    .where(sql<boolean>`${sql.raw(ofLiveClient('artifacts'))}`)
    .where(sql<boolean>`payload->>'accountId' is null and payload->>'error' is null`)
    .$if(Boolean(goesOn), (update) => update.where(sql<boolean>`payload->>'inFlight' is null`))
    .returning('model')
    .executeTakeFirst();
  return row !== undefined;
}

function eventOf({ clientId = '', accountId, grantId = '', error }: AdapterPayload): AuditEvent | undefined {
  if (accountId) return { type: 'device.connected', clientId, accountId, grantId };
  const denier = Provider.ctx?.oidc.session?.accountId;
  if (error === 'access_denied') return { type: 'device.denied', clientId, ...(denier ? { accountId: denier } : {}) };
  return undefined;
}

/** The person in the browser, who need not have signed in to refuse. */
function actorOf(): Actor {
  const ctx = Provider.ctx;
  const id = ctx?.oidc.session?.accountId;
  const requestId = ctx?.state.requestId as string | undefined;
  return { type: 'account', ...(id ? { id } : {}), ip: ctx?.ip ?? '', ...(requestId ? { requestId } : {}) };
}
