import { findAlike } from '../apis/identifiers.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Declaration } from './schema.ts';

/**
 * A file with the APIs by their identifiers as they are registered, or are to be. A file may name one with, or without, a slash
 * at its end.
 */
export async function nameAsRegistered(db: Db, file: Declaration): Promise<Declaration> {
  const there = await db.selectFrom('apis').select(['identifier', 'exact_slash']).execute();
  const known = new Map(there.map((api) => [api.identifier, { api }]));
  const added = (file.apis ?? []).filter(({ identifier }) => !findAlike(known, identifier));
  for (const { identifier } of added) known.set(identifier, { api: { identifier, exact_slash: false } });
  const registered = (identifier: string) => findAlike(known, identifier)?.api.identifier ?? identifier;
  return {
    ...file,
    ...(file.apis && { apis: file.apis.map((api) => ({ ...api, identifier: registered(api.identifier) })) }),
    ...(file.apps && {
      apps: file.apps.map(({ default_api, subscriptions, ...app }) => ({
        ...app,
        ...(default_api !== undefined && { default_api: registered(default_api) }),
        ...(subscriptions && { subscriptions: subscriptions.map((one) => ({ ...one, api: registered(one.api) })) }),
      })),
    }),
  };
}
