import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorizeFor, type By } from '../../access.ts';
import { record } from '../../audit/record.ts';
import { findBrandName } from '../../branding/branding.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Account, Tables } from '../../db/tables/tables.ts';
import { inTransaction, isUniqueViolation } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { nameOf } from '../../names/names.ts';
import { t } from '../../texts/texts.ts';
import { Registration } from './answers.ts';
import { newChallenge, spendChallenge } from './challenges.ts';
import { tellOfFactor } from './notices.ts';
import { dropUselessCodes } from './recovery-codes.ts';

type Owner = Pick<Account, 'id' | 'name' | 'email' | 'language' | 'time_zone'>;

/** Whom passkeys are for: the host of the issuer, whatever a request calls it, and its origin. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

export function relyingPartyOf(issuer: string): RelyingParty {
  const { hostname, origin } = new URL(issuer);
  return { id: hostname, origin };
}

export const MOST_PASSKEYS = 20;

/** What a person's browser needs to make a passkey that finds its owner without a name. @param visit what only this browser has */
export async function beginPasskey(
  db: Kysely<Tables>,
  party: RelyingParty,
  { owner, visit, now }: { owner: Owner; visit: string; now: Date },
) {
  const known = await listPasskeys(db, owner.id);
  return generateRegistrationOptions({
    rpName: await findBrandName(db),
    rpID: party.id,
    userID: new Uint8Array(Buffer.from(owner.id)),
    userName: owner.email,
    userDisplayName: owner.name,
    challenge: await newChallenge(db, visit, now),
    attestationType: 'none',
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/**
 * Keeps a passkey that a browser has made for somebody.
 * @throws {ZodError} for the name @throws {AppError} forbidden, invalid_request for what is no answer to the last challenge, conflict
 */
export async function addPasskey(
  db: Kysely<Tables>,
  parts: { party: RelyingParty; outbox: Outbox },
  { owner, visit, name, answer }: { owner: Owner; visit: string; name: string; answer: string },
  by: By,
): Promise<void> {
  authorizeFor(by, owner.id, 'platform.write');
  const wanted = z.object({ name: nameOf(() => t('factors.passkeyNameIs')) }).parse({ name });
  const { challenge, info } = await verify(parts.party, answer);
  const { id, publicKey, counter, transports = [] } = info.credential;
  await inTransaction(db, async (trx) => {
    if (!(await spendChallenge(trx, visit, challenge, by.now))) throw refused();
    await trx.selectFrom('accounts').select('id').where('id', '=', owner.id).forUpdate().execute();
    const known = await trx.selectFrom('passkeys').select('id').where('account_id', '=', owner.id).execute();
    if (known.length >= MOST_PASSKEYS)
      throw new AppError('conflict', { detail: t('factors.manyPasskeys', { most: MOST_PASSKEYS }) });
    const row = { id, account_id: owner.id, name: wanted.name, public_key: publicKey, counter };
    const synced = info.credentialDeviceType === 'multiDevice';
    await trx
      .insertInto('passkeys')
      .values({
        ...row,
        transports: transports.slice(0, 10).map((way) => way.slice(0, 20)),
        synced,
        created_at: by.now,
      })
      .execute();
    await record(trx, by.actor, { type: 'account.factor_added', accountId: owner.id, factor: 'passkey' }, by.now);
    await tellOfFactor(trx, parts.outbox, owner, { what: 'passkey_added', now: by.now });
  }).catch((error: unknown) => {
    throw isUniqueViolation(error)
      ? new AppError('conflict', { detail: t('factors.passkeyKnown'), cause: error })
      : error;
  });
}

async function verify({ id, origin }: RelyingParty, answer: string) {
  let challenge = '';
  try {
    const { registrationInfo: info } = await verifyRegistrationResponse({
      response: Registration.parse(answer),
      // Whether it is the one that was asked for is decided where it is used up.
      expectedChallenge: (presented) => {
        challenge = presented;
        return true;
      },
      expectedOrigin: origin,
      expectedRPID: id,
    });
    if (info) return { challenge, info };
  } catch (cause) {
    throw refused(cause);
  }
  throw refused();
}

const refused = (cause?: unknown) => new AppError('invalid_request', { detail: t('factors.passkeyRefused'), cause });

/** @throws {AppError} forbidden, not_found */
export async function removePasskey(
  db: Kysely<Tables>,
  outbox: Outbox,
  { owner, id }: { owner: Owner; id: string },
  by: By,
): Promise<void> {
  authorizeFor(by, owner.id, 'platform.write');
  await inTransaction(db, async (trx) => {
    const removed = await trx
      .deleteFrom('passkeys')
      .where('account_id', '=', owner.id)
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    if (!removed) throw new AppError('not_found', { detail: t('factors.noPasskey') });
    await dropUselessCodes(trx, owner.id);
    await record(trx, by.actor, { type: 'account.factor_removed', accountId: owner.id, factor: 'passkey' }, by.now);
    await tellOfFactor(trx, outbox, owner, { what: 'passkey_removed', now: by.now });
  });
}

/** Of a person, in the order in which they were made. */
export function listPasskeys(db: Db, accountId: string) {
  return db
    .selectFrom('passkeys')
    .select(['id', 'name', 'transports', 'created_at', 'used_at'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(MOST_PASSKEYS)
    .execute();
}
