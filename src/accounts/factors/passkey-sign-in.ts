import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { Kysely } from 'kysely';
import type { Db } from '../../db/connections/connection.ts';
import type { Statement } from '../../db/statement.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { Assertion } from './answers.ts';
import { hashOf, newChallenge } from './challenges.ts';
import { listPasskeys, type RelyingParty } from './passkeys.ts';

/** What a browser needs to ask for a passkey: of anybody, or of who has given their password. */
export async function askForPasskey(
  db: Kysely<Tables>,
  party: RelyingParty,
  { accountId, visit, now }: { accountId: string | undefined; visit: string; now: Date },
) {
  const known = accountId === undefined ? [] : await listPasskeys(db, accountId);
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: await newChallenge(db, visit, now),
    // A password and a key that somebody holds are two factors; a key alone is when it knows its owner.
    userVerification: accountId === undefined ? 'required' : 'preferred',
    allowCredentials: known.map(({ id, transports }) => ({ id, transports })),
  });
}

/** A signature that is right. That its challenge was not used yet is for the statement that uses it up. */
export interface RightPasskey {
  readonly id: string;
  readonly challenge: string;
  readonly counter: number;
  /** It knows its owner by a PIN, a face or a finger. */
  readonly verified: boolean;
  /** It is on several devices of its owner. */
  readonly synced: boolean;
  readonly person: { readonly id: string; readonly email: string; readonly epoch: number };
}

/** @returns undefined for a passkey that nobody has, whose owner is disabled, or whose signature is not right */
export async function judgePasskey(db: Db, party: RelyingParty, answer: string): Promise<RightPasskey | undefined> {
  const parsed = Assertion.safeParse(answer);
  if (!parsed.success) return undefined;
  const known = await db
    .selectFrom('passkeys')
    .innerJoin('accounts', 'accounts.id', 'passkeys.account_id')
    .select(['passkeys.id', 'account_id', 'public_key', 'counter', 'synced', 'email', 'sign_in_epoch'])
    .where('passkeys.id', '=', parsed.data.id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  const handle = parsed.data.response.userHandle;
  if (!known || (handle && handle !== Buffer.from(known.account_id).toString('base64url'))) return undefined;
  let challenge = '';
  try {
    const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
      response: parsed.data,
      expectedChallenge: (presented) => {
        challenge = presented;
        return true;
      },
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: { id: known.id, publicKey: new Uint8Array(known.public_key), counter: known.counter },
      requireUserVerification: false,
    });
    if (!verified) return undefined;
    const person = { id: known.account_id, email: known.email, epoch: known.sign_in_epoch };
    const { newCounter: counter, userVerified } = info;
    return { id: known.id, challenge, counter, verified: userVerified, synced: known.synced, person };
  } catch {
    return undefined;
  }
}

/**
 * Has a statement do nothing unless it uses the challenge of this visit up, and the person may still sign in with the passkey: of
 * two that come with the same answer one does something.
 */
export function usePasskeyWithin(
  statement: Statement,
  { id, challenge, counter, person }: RightPasskey,
  { visit, now }: { visit: string; now: Date },
): void {
  const at = statement.parameter(now, 'timestamptz');
  const passkey = statement.parameter(id, 'text');
  const count = statement.parameter(counter, 'double precision');
  statement.basis(`with person as (select id from accounts
      where id = ${statement.parameter(person.id, 'text')}
        and sign_in_epoch = ${statement.parameter(person.epoch, 'integer')} and disabled_at is null for share)
    delete from passkey_challenges using person, passkeys
    where visit_hash = ${statement.parameter(hashOf(visit), 'bytea')}
      and challenge_hash = ${statement.parameter(hashOf(challenge), 'bytea')} and expires_at > ${at}
      and passkeys.id = ${passkey} and passkeys.account_id = person.id
      and (passkeys.counter < ${count} or (passkeys.counter = 0 and ${count} = 0)) returning 1 as one`);
  statement.add(`update passkeys set used_at = ${at}, counter = ${count}
    where id = ${passkey} and exists (select from basis)`);
}
