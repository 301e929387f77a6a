import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { By } from '../access.ts';
import type { Tables } from '../db/tables/tables.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { createTeam } from '../teams/teams.ts';
import { NewAppOfTeam } from './client-input.ts';
import { type CreatedClient, createClient } from './clients.ts';

const TRIES = 20;

/**
 * Registers an app for someone who is in no team: it gets one named after them, with them as its owner. Both or neither.
 * @throws {ZodError} @throws {AppError} forbidden
 */
export async function createFirstClient(
  db: Kysely<Tables>,
  input: z.input<typeof NewAppOfTeam> & { team?: never },
  person: { name: string },
  by: By,
): Promise<CreatedClient> {
  const wanted = NewAppOfTeam.parse(input);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(db, async (trx) => {
        const team = await createTeam(trx, { name: teamNameOf(person.name, attempt) }, by);
        return createClient(trx, { ...wanted, team: team.id }, asOwner(by, team.id));
      });
    } catch (error) {
      const taken = error instanceof AppError && error.code === 'conflict';
      if (!taken || attempt === TRIES) throw error;
    }
  }
}

/** Two people may have the same name. */
export function teamNameOf(person: string, attempt = 1): string {
  const name = `${person.slice(0, 80)}’s team`;
  return attempt === 1 ? name : `${name} ${attempt}`;
}

/** The rights of `by` were read before the team was there. */
function asOwner(by: By, teamId: string): By {
  if (!by.access) return by;
  return { ...by, access: { ...by.access, teams: new Map([...by.access.teams, [teamId, 'owner']]) } };
}
