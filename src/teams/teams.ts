import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { authorize, authorizeFor, type By, judgeAccess, visibleTeams } from '../access.ts';
import { refuseProtectedName } from '../accounts/protected-names.ts';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connections/connection.ts';
import { type Listing, matching, PageQuery } from '../db/pages.ts';
import { arrange, countRows, type Order, sortsOf } from '../db/sorting.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { Team } from '../db/tables/teams.ts';
import { inTransaction, isMissingReference, isUniqueViolation } from '../db/transaction.ts';
import { idOf, requireVersion, type Target } from '../db/versions.ts';
import { AppError } from '../errors.ts';
import { nameKey, nameOf } from '../names/names.ts';
import { t } from '../texts/texts.ts';

export const TeamName = nameOf(() => t('refusals.teamName'));

/** `owner` is the account that owns it, where no person starts it. */
export const NewTeam = z.strictObject({ name: TeamName, owner: z.string().max(100).optional() });

/** A team in a list. */
export interface ListedTeam extends Team {
  readonly members: number | null;
}

export const noTeam = (id: string) => t('refusals.noTeam', { id });

/**
 * Starts a team; a person who does becomes its owner. An app does so only where it acts for the whole platform.
 * @throws {ZodError} @throws {AppError} conflict, not_found, forbidden
 */
export async function createTeam(db: Kysely<Tables>, input: z.input<typeof NewTeam>, by: By): Promise<Team> {
  if (by.actor.type === 'client' && judgeAccess(by, 'team.write', null) !== 'allowed') throw new AppError('forbidden');
  const { name, owner: named } = NewTeam.parse(input);
  const owner = by.actor.type === 'account' ? by.actor.id : named;
  const id = `team_${randomUUID().replaceAll('-', '')}`;
  try {
    return await inTransaction(db, async (trx) => {
      await refuseProtectedName(trx, name, by);
      const team = await trx
        .insertInto('teams')
        .values({ id, name, name_key: nameKey(name), created_at: by.now })
        // No error of the database, so that a caller may try another name in the same transaction.
        .onConflict((conflict) => conflict.column('name_key').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!team) throw nameTaken(name);
      await record(trx, by.actor, { type: 'team.created', teamId: id, name }, by.now);
      if (owner) await addOwner(trx, id, owner, by);
      if (owner) await requireMeasure(trx, owner);
      return team;
    });
  } catch (error) {
    if (isMissingReference(error))
      throw new AppError('not_found', { detail: t('refusals.noAccount', { id: String(owner) }) });
    throw error;
  }
}

async function addOwner(db: Db, teamId: string, accountId: string, by: By): Promise<void> {
  const member = { team_id: teamId, account_id: accountId, role: 'owner' as const, created_at: by.now };
  await db.insertInto('team_members').values(member).execute();
  await record(db, by.actor, { type: 'team.member_added', teamId, accountId, role: 'owner' }, by.now);
}

/** All teams of a person are read for each of their requests. */
const MOST_OWNED = 1000;

async function requireMeasure(db: Db, accountId: string): Promise<void> {
  const { owned } = await db
    .selectFrom('team_members')
    .select((eb) => eb.fn.countAll<number>().as('owned'))
    .where('account_id', '=', accountId)
    .where('role', '=', 'owner')
    .executeTakeFirstOrThrow();
  if (Number(owned) <= MOST_OWNED) return;
  throw new AppError('conflict', { detail: t('refusals.mostOwned', { most: MOST_OWNED }) });
}

/** @throws {ZodError} @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function renameTeam(
  db: Kysely<Tables>,
  input: { teamId: string; name: string; version?: number | undefined },
  by: By,
): Promise<Team> {
  authorize(by, 'team.write', input.teamId, noTeam(input.teamId));
  const name = TeamName.parse(input.name);
  try {
    return await inTransaction(db, async (trx) => {
      const { id, version, name: before } = await requireTeam(trx, input.teamId, 'team.write', by);
      if (name !== before) await refuseProtectedName(trx, name, by);
      const team = await trx
        .updateTable('teams')
        .set({ name, name_key: nameKey(name), version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', input.version ?? version)
        .returningAll()
        .executeTakeFirst();
      if (!team) throw new AppError('precondition_failed');
      await record(trx, by.actor, { type: 'team.renamed', teamId: id, name }, by.now);
      return team;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw nameTaken(name);
    throw error;
  }
}

/** Ends a team that owns nothing any more. @throws {AppError} not_found, forbidden, conflict, precondition_failed */
export async function deleteTeam(db: Kysely<Tables>, target: Target, by: By): Promise<void> {
  const teamId = idOf(target);
  try {
    await inTransaction(db, async (trx) => {
      const team = await requireTeam(trx, teamId, 'team.write', by);
      requireVersion(target, team);
      await trx.deleteFrom('teams').where('id', '=', teamId).execute();
      await record(trx, by.actor, { type: 'team.deleted', teamId, name: team.name }, by.now);
    });
  } catch (error) {
    // The database refuses it as long as an app or an API belongs to it, also one that is made at this moment.
    if (!isMissingReference(error)) throw error;
    const detail = t('refusals.teamNotEmpty');
    throw new AppError('conflict', { detail });
  }
}

/** A team that the caller may see. @throws {AppError} not_found, forbidden */
export async function requireTeam(db: Db, id: string, action: 'team.read' | 'team.write', by: By): Promise<Team> {
  authorize(by, action, id, noTeam(id));
  const team = await db.selectFrom('teams').selectAll().where('id', '=', id).executeTakeFirst();
  if (!team) throw new AppError('not_found', { detail: noTeam(id) });
  return team;
}

export const TeamQuery = PageQuery.extend({
  state: z.enum(['active', 'suspended']).optional(),
  sort: z.enum(sortsOf('created', 'name')).optional(),
});

const ORDER: Order<'created' | 'name'> = {
  keys: {
    created: { of: sql.ref('teams.created_at'), type: 'time' },
    name: { of: sql.ref('teams.name_key'), type: 'text' },
  },
  id: sql.ref('teams.id'),
  usual: '-created',
};

/** The teams that the caller may see, the newest first. @throws {ZodError} @throws {AppError} forbidden, invalid_request */
export async function listTeams(db: Db, input: z.input<typeof TeamQuery>, by: By): Promise<Listing<ListedTeam>> {
  const query = TeamQuery.parse(input);
  const { place, beyond, orderBy, limit, toListing } = arrange(ORDER, query);
  const rows = await visibleOnes(db, query, by)
    .selectAll('teams')
    .select((eb) => [
      eb
        .selectFrom('team_members')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('team_members.team_id', '=', 'teams.id')
        .as('members'),
      place,
    ])
    .where(beyond)
    .orderBy(orderBy)
    .limit(limit)
    .execute();
  return toListing(rows);
}

/** How many there are in all. @throws {ZodError} @throws {AppError} forbidden */
export async function countTeams(db: Db, input: z.input<typeof TeamQuery>, by: By): Promise<number> {
  return await countRows(db, visibleOnes(db, TeamQuery.parse(input), by));
}

function visibleOnes(db: Db, { search, state }: z.output<typeof TeamQuery>, by: By) {
  const visible = visibleTeams(by, 'team.read');
  let query = db.selectFrom('teams').where(matching(search, 'teams.name'));
  if (visible !== 'all') query = query.where('teams.id', 'in', visible.length > 0 ? [...visible] : ['']);
  if (state) query = query.where('teams.suspended_at', state === 'suspended' ? 'is not' : 'is', null);
  return query;
}

/** The teams that a person is in, by name, with the role there. */
export async function listTeamsOf(db: Db, accountId: string, by: By) {
  authorizeFor(by, accountId, 'platform.read');
  return db
    .selectFrom('team_members')
    .innerJoin('teams', 'teams.id', 'team_members.team_id')
    .select(['teams.id', 'teams.name', 'teams.suspended_at', 'team_members.role'])
    .where('team_members.account_id', '=', accountId)
    .orderBy('teams.name_key')
    .execute();
}

const nameTaken = (name: string) => new AppError('conflict', { detail: t('refusals.teamExists', { name }) });
