import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { authorize, type By } from '../access.ts';
import { findSignUpPolicy } from '../accounts/sign-up/policy.ts';
import { record } from '../audit/record.ts';
import { findBrandName } from '../branding/branding.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { Invitation } from '../db/tables/teams.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { Outbox } from '../mail/outbox.ts';
import { emailAddress, emailKey } from '../names/addresses.ts';
import { t } from '../texts/texts.ts';
import { invitationMail } from './invitation-mail.ts';
import { TeamRoleName } from './members.ts';
import { noTeam, requireTeam } from './teams.ts';

const DAYS = 7;
/** Of one team, or of those without a team. */
const MOST_OPEN = 100;
const DAY = 86_400_000;
/** Within a day, of one who invites: to anyone, and to one address. So nobody sends mail without end through us. */
const MOST_SENT = 100;
const MOST_TO_ONE = 5;

export const NewInvitation = z.strictObject({
  email: emailAddress(() => t('refusals.giveAddress')),
  /** undefined: for an account alone, which admins may give. */
  teamId: z.string().max(100).optional(),
  role: TeamRoleName.optional(),
});

export interface Invited {
  readonly invitation: Invitation;
  /** Known now and never again: we keep only its hash. */
  readonly code: string;
}

const noInvitation = (id: string) => t('refusals.noInvitation', { id });

export const hashOfCode = (code: string) => createHash('sha256').update(code.trim()).digest();

/**
 * Invites an address into a team, or to an account. An open invitation of the same address to the same place ends.
 * @throws {ZodError} @throws {AppError} not_found, forbidden, conflict
 */
export async function invite(
  db: Kysely<Tables>,
  outbox: Outbox,
  input: z.input<typeof NewInvitation>,
  by: By,
): Promise<Invited> {
  authorizePlace(input.teamId, by);
  const { email, teamId, role } = NewInvitation.parse(input);
  if ((teamId === undefined) !== (role === undefined)) {
    throw new AppError('invalid_request', { detail: t('refusals.invitationRole') });
  }
  const code = `lki_${randomBytes(32).toString('base64url')}`;
  return inTransaction(db, async (trx) => {
    const team = await requirePlace(trx, teamId, by);
    await refuseKnown(trx, email, teamId);
    await requireMeasure(trx, email, by);
    await endEarlier(trx, email, teamId, by);
    const invitation = await trx
      .insertInto('invitations')
      .values({
        id: `inv_${randomUUID().replaceAll('-', '')}`,
        team_id: teamId ?? null,
        email,
        email_key: emailKey(email),
        role: role ?? null,
        code_hash: hashOfCode(code),
        invited_by: by.actor.id ?? null,
        created_at: by.now,
        expires_at: new Date(by.now.getTime() + DAYS * DAY),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const place = teamId && role ? { teamId, role } : {};
    await record(trx, by.actor, { type: 'invitation.created', invitationId: invitation.id, ...place }, by.now);
    const brand = await findBrandName(trx);
    const mail = invitationMail({ invitation, teamName: team?.name, code, issuer: outbox.issuer, brand });
    await outbox.put(trx, [mail], by.now);
    return { invitation, code };
  });
}

function authorizePlace(teamId: string | undefined, by: By): void {
  if (teamId === undefined) authorize(by, 'platform.write', null);
  else authorize(by, 'team.write', teamId, noTeam(teamId));
}

/** The team, with room for one more invitation. */
async function requirePlace(db: Db, teamId: string | undefined, by: By) {
  const team = teamId === undefined ? undefined : await requireTeam(db, teamId, 'team.write', by);
  // One at a time for each team, so that an address has one open invitation.
  if (team) await db.selectFrom('teams').select('id').where('id', '=', team.id).forUpdate().execute();
  const { count } = await openInvitations(db, teamId, by.now)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= MOST_OPEN) {
    throw new AppError('conflict', { detail: t('refusals.mostInvitations', { most: MOST_OPEN }) });
  }
  return team;
}

async function refuseKnown(db: Db, email: string, teamId: string | undefined): Promise<void> {
  const account = await db
    .selectFrom('accounts')
    .leftJoin('team_members', (join) =>
      join.onRef('team_members.account_id', '=', 'accounts.id').on('team_members.team_id', '=', teamId ?? ''),
    )
    .select('team_members.role')
    .where('accounts.email_key', '=', emailKey(email))
    .executeTakeFirst();
  if (!account && (await findSignUpPolicy(db)).mode === 'closed') {
    throw new AppError('conflict', { detail: t('links.signUpClosed') });
  }
  if (teamId === undefined && account) throw new AppError('conflict', { detail: t('refusals.hasAccount', { email }) });
  if (account?.role) throw new AppError('conflict', { detail: t('refusals.isInTeam', { email }) });
}

/** Those that have ended count too: each was a mail. */
async function requireMeasure(db: Db, email: string, by: By): Promise<void> {
  const { sent, toThem } = await db
    .selectFrom('invitations')
    .select((eb) => [
      eb.fn.countAll<number>().as('sent'),
      eb.fn.countAll<number>().filterWhere('email_key', '=', emailKey(email)).as('toThem'),
    ])
    .where('invited_by', '=', by.actor.id ?? '')
    .where('created_at', '>', new Date(by.now.getTime() - DAY))
    .executeTakeFirstOrThrow();
  if (Number(sent) < MOST_SENT && Number(toThem) < MOST_TO_ONE) return;
  const detail =
    Number(sent) < MOST_SENT
      ? t('refusals.invitedOne', { email, times: MOST_TO_ONE })
      : t('refusals.invitedMany', { count: MOST_SENT });
  throw new AppError('conflict', { detail });
}

async function endEarlier(db: Db, email: string, teamId: string | undefined, by: By): Promise<void> {
  const ended = await db
    .updateTable('invitations')
    .set({ withdrawn_at: by.now })
    .where('email_key', '=', emailKey(email))
    .where('team_id', teamId === undefined ? 'is' : '=', teamId ?? null)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .returning('id')
    .execute();
  const place = teamId ? { teamId } : {};
  const events = ended.map(({ id }) => ({ type: 'invitation.withdrawn' as const, invitationId: id, ...place }));
  await record(db, by.actor, events, by.now);
}

/** Those that can still be accepted. */
function openInvitations(db: Db, teamId: string | undefined, now: Date) {
  return db
    .selectFrom('invitations')
    .where('team_id', teamId === undefined ? 'is' : '=', teamId ?? null)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', now);
}

/** The open invitations into a team, or those to an account alone. @throws {AppError} not_found, forbidden */
export async function listInvitations(db: Db, teamId: string | undefined, by: By) {
  if (teamId === undefined) authorize(by, 'platform.read', null);
  else authorize(by, 'team.read', teamId, noTeam(teamId));
  return openInvitations(db, teamId, by.now)
    .select(['id', 'email', 'role', 'created_at', 'expires_at'])
    .orderBy('created_at', 'desc')
    .limit(MOST_OPEN)
    .execute();
}

/** withdrawInvitation() for one of this team, or of none. @throws {AppError} not_found, forbidden, conflict */
export function withdrawInvitationOf(
  db: Kysely<Tables>,
  { teamId, invitationId }: { teamId: string | undefined; invitationId: string },
  by: By,
): Promise<void> {
  return inTransaction(db, async (trx) => {
    const invitation = await trx
      .selectFrom('invitations')
      .select('id')
      .where('id', '=', invitationId)
      .where('team_id', teamId === undefined ? 'is' : '=', teamId ?? null)
      .executeTakeFirst();
    if (!invitation) throw new AppError('not_found', { detail: noInvitation(invitationId) });
    await withdrawInvitation(trx, invitationId, by);
  });
}

/** Ends an invitation before it was accepted. @returns the team @throws {AppError} not_found, forbidden, conflict */
export function withdrawInvitation(db: Kysely<Tables>, invitationId: string, by: By): Promise<string | null> {
  const missing = noInvitation(invitationId);
  return inTransaction(db, async (trx) => {
    const invitation = await trx
      .selectFrom('invitations')
      .selectAll()
      .where('id', '=', invitationId)
      .executeTakeFirst();
    if (!invitation) throw new AppError('not_found', { detail: missing });
    const teamId = invitation.team_id;
    authorize(by, teamId ? 'team.write' : 'platform.write', teamId, missing);
    const ended = await trx
      .updateTable('invitations')
      .set({ withdrawn_at: by.now })
      .where('id', '=', invitationId)
      .where('accepted_at', 'is', null)
      .where('withdrawn_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (!ended) throw new AppError('conflict', { detail: t('refusals.invitationOver') });
    const place = teamId ? { teamId } : {};
    await record(trx, by.actor, { type: 'invitation.withdrawn', invitationId, ...place }, by.now);
    return teamId;
  });
}
