import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { record } from '../audit/record.ts';
import type { Db } from '../db/connection.ts';
import type { Tables } from '../db/tables.ts';
import type { Team } from '../db/team-tables.ts';
import { inTransaction, isUniqueViolation } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { authorize, type By, visibleTeams } from './access.ts';

export const TeamName = z.string().trim().min(1, 'A team needs a name.').max(100, 'A name has at most 100 characters.');

/** The form in which two spellings of a name are the same one. */
const nameKey = (name: string) => name.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');

/** Starts a team; whoever is a person becomes its owner. @throws {ZodError} @throws {AppError} conflict */
export async function createTeam(db: Kysely<Tables>, input: { name: string }, by: By): Promise<Team> {
  const name = TeamName.parse(input.name);
  const id = `team_${randomUUID().replaceAll('-', '')}`;
  try {
    return await inTransaction(db, async (trx) => {
      const team = await trx
        .insertInto('teams')
        .values({ id, name, name_key: nameKey(name), created_at: by.now })
        .returningAll()
        .executeTakeFirstOrThrow();
      await record(trx, by.actor, { type: 'team.created', teamId: id, name }, by.now);
      const { type, id: accountId } = by.actor;
      if (type === 'account' && accountId) {
        const member = { team_id: id, account_id: accountId, role: 'owner' as const };
        await trx
          .insertInto('team_members')
          .values({ ...member, created_at: by.now })
          .execute();
        await record(trx, by.actor, { type: 'team.member_added', teamId: id, accountId, role: 'owner' }, by.now);
      }
      return team;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('conflict', { detail: `There is a team ${name} already.` });
    throw error;
  }
}

/** A team that the caller may see. @throws {AppError} not_found, forbidden */
export async function requireTeam(db: Db, id: string, action: 'team.read' | 'team.write', by: By): Promise<Team> {
  const missing = `There is no team ${id}.`;
  authorize(by, action, id, missing);
  const team = await db.selectFrom('teams').selectAll().where('id', '=', id).executeTakeFirst();
  if (!team) throw new AppError('not_found', { detail: missing });
  return team;
}

/** The teams that the caller may see, by name. */
export async function listTeams(db: Db, by: By): Promise<Team[]> {
  const visible = visibleTeams(by, 'team.read');
  let query = db.selectFrom('teams').selectAll().orderBy('name_key');
  if (visible !== 'all') query = query.where('id', 'in', visible.length > 0 ? [...visible] : ['']);
  return query.execute();
}
