/** An API is known by its identifier as it was registered, and by the same with, or without, a slash at its end. */
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/connections/connection.ts';
import type { Api } from '../db/tables/catalogue.ts';
import { AppError } from '../errors.ts';
import { t } from '../texts/texts.ts';

export const otherForm = (identifier: string): string =>
  identifier.endsWith('/') ? identifier.slice(0, -1) : `${identifier}/`;

/**
 * What is kept under the identifier of an API. Two APIs that were there before the rule, and differ by the slash alone, are
 * found by their own identifiers only (decision 34).
 */
export function findAlike<T extends { readonly api: Pick<Api, 'exact_slash'> }>(
  byIdentifier: ReadonlyMap<string, T>,
  identifier: string,
): T | undefined {
  const registered = byIdentifier.get(identifier);
  if (registered) return registered;
  const alike = byIdentifier.get(otherForm(identifier));
  return alike?.api.exact_slash ? undefined : alike;
}

/** The same as a condition on `apis`. */
export const isNamed = (identifier: string): RawBuilder<boolean> => sql<boolean>`(
  apis.identifier = ${identifier} or (apis.identifier = ${otherForm(identifier)} and not apis.exact_slash))`;

/** The same for who names an API by its identifier or by its id; the two never look alike. */
export const isNamedOrHasId = (name: string): RawBuilder<boolean> =>
  sql<boolean>`(apis.id = ${name} or ${isNamed(name)})`;

/** @throws {AppError} conflict when an API has the other form of the identifier */
export async function refuseOtherForm(db: Db, identifier: string): Promise<void> {
  const other = otherForm(identifier);
  const taken = await db.selectFrom('apis').select('id').where('identifier', '=', other).executeTakeFirst();
  if (!taken) return;
  const detail = t('refusals.apiWithSlash', { other });
  throw new AppError('conflict', { detail });
}

/** Whether two APIs differ by the slash alone; none do that were not there before the rule. */
export async function hasSlashPairs(db: Db): Promise<boolean> {
  const one = await db.selectFrom('apis').select('id').where('exact_slash', '=', true).limit(1).executeTakeFirst();
  return one !== undefined;
}
