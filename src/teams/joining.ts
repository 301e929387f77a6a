import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { By } from '../access.ts';
import { insertAccount, isThere, type NewAccount, prepareAccount } from '../accounts/accounts.ts';
import { findSignUpPolicy } from '../accounts/sign-up/policy.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Account, Tables } from '../db/tables/tables.ts';
import type { Invitation } from '../db/tables/teams.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';
import { hashOfCode } from './invitations.ts';

/** What a code opens, for the one who has it. */
export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: string | null;
  readonly teamName: string | null;
  /** Whether somebody with this address can sign in already. */
  readonly hasAccount: boolean;
}

/** The invitation that a code is for; undefined when there is none, or it was used, withdrawn, or has expired. */
export async function findInvitationByCode(db: Db, code: string, now: Date): Promise<OpenInvitation | undefined> {
  const row = await open(db, now)
    .leftJoin('accounts', 'accounts.email_key', 'invitations.email_key')
    .select('accounts.id as account_id')
    .where('code_hash', '=', hashOfCode(code))
    .executeTakeFirst();
  if (!row) return undefined;
  const { account_id, ...invitation } = row;
  return { ...invitation, hasAccount: account_id !== null };
}

/** The open invitations of the address that a person has verified. */
export async function listOwnInvitations(db: Db, by: By): Promise<Omit<OpenInvitation, 'hasAccount'>[]> {
  return open(db, by.now)
    .innerJoin('accounts', 'accounts.email_key', 'invitations.email_key')
    .where('accounts.id', '=', by.actor.type === 'account' ? (by.actor.id ?? '') : '')
    .where('accounts.email_verified_at', 'is not', null)
    .where('invitations.team_id', 'is not', null)
    .orderBy('invitations.created_at', 'desc')
    .execute();
}

function open(db: Db, now: Date) {
  return db
    .selectFrom('invitations')
    .leftJoin('teams', 'teams.id', 'invitations.team_id')
    .select(['invitations.id', 'invitations.email', 'invitations.role', 'teams.name as teamName'])
    .where('invitations.accepted_at', 'is', null)
    .where('invitations.withdrawn_at', 'is', null)
    .where('invitations.expires_at', '>', now);
}

const used = () =>
  new AppError('not_found', {
    detail: t('refusals.noSuchInvitation'),
  });

/**
 * Accepts an invitation to the address that the person has verified: no code is needed.
 * @returns the team @throws {AppError} not_found, the same for an unknown one and for one of somebody else
 */
export function acceptInvitation(db: Kysely<Tables>, invitationId: string, by: By): Promise<string> {
  const accountId = by.actor.type === 'account' ? (by.actor.id ?? '') : '';
  return inTransaction(db, async (trx) => {
    if (!(await isThere(trx, accountId))) throw used();
    const own = trx
      .selectFrom('accounts')
      .select('email_key')
      .where('id', '=', accountId)
      .where('email_verified_at', 'is not', null);
    const invitation = await consume(trx, by)
      .where('id', '=', invitationId)
      .where('email_key', '=', own)
      .where('team_id', 'is not', null)
      .returningAll()
      .executeTakeFirst();
    if (!invitation?.team_id) throw used();
    await welcome(trx, invitation, accountId, by);
    return invitation.team_id;
  });
}

/**
 * Creates the account of someone who is invited and has none. The code came to the address, so that counts as verified.
 * @throws {ZodError} @throws {AppError} not_found, conflict when somebody has an account with the address by now
 */
export async function joinWithNewAccount(
  db: Kysely<Tables>,
  input: { code: string } & Pick<z.input<typeof NewAccount>, 'name' | 'password'>,
  by: Omit<By, 'access'>,
): Promise<Account> {
  const { code, name, password } = input;
  if ((await findSignUpPolicy(db)).mode === 'closed')
    throw new AppError('forbidden', { detail: t('links.signUpClosed') });
  const open = await findInvitationByCode(db, code, by.now);
  if (!open) throw used();
  const prepared = await prepareAccount(db, { email: open.email, name, password });
  return inTransaction(db, async (trx) => {
    const invitation = await consume(trx, by)
      .where('code_hash', '=', hashOfCode(code))
      .returningAll()
      .executeTakeFirst();
    if (!invitation) throw used();
    const account = await insertAccount(trx, prepared, by);
    await welcome(trx, invitation, account.id, by);
    return account;
  });
}

/** One statement, so that of several who use an invitation at once one does. */
function consume(db: Db, by: Pick<By, 'now'>) {
  return db
    .updateTable('invitations')
    .set({ accepted_at: by.now })
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', by.now);
}

async function welcome(db: Db, invitation: Invitation, accountId: string, by: Omit<By, 'access'>): Promise<void> {
  const { id: invitationId, team_id: teamId, role } = invitation;
  const actor = { ...by.actor, id: accountId };
  const place = teamId ? { teamId } : {};
  await record(db, actor, { type: 'invitation.accepted', invitationId, accountId, ...place }, by.now);
  if (!teamId || !role) return;
  const added = await db
    .insertInto('team_members')
    .values({ team_id: teamId, account_id: accountId, role, created_at: by.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('role')
    .executeTakeFirst();
  if (added) await record(db, actor, { type: 'team.member_added', teamId, accountId, role }, by.now);
}
