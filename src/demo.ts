import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { createAccount } from './accounts/accounts.ts';
import { setPlatformRole } from './accounts/platform-roles.ts';
import { createApi } from './apis/apis.ts';
import type { Actor } from './audit/events.ts';
import { createClient } from './clients/clients.ts';
import type { Database } from './db/connections/connection.ts';
import type { Tables } from './db/tables/tables.ts';
import { inTransaction } from './db/transaction.ts';
import { makeFolder, writeWhole } from './owned-files.ts';
import { createTeam } from './teams/teams.ts';

/** What a newcomer needs to get a token within a minute. Random for every install. */
export interface Demo {
  readonly person: { readonly email: string; readonly password: string };
  readonly api: { readonly identifier: string; readonly scopes: readonly string[] };
  readonly machine: { readonly clientId: string; readonly clientSecret: string };
  readonly web: { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string };
  readonly device: { readonly clientId: string };
  readonly native: { readonly clientId: string; readonly redirectUri: string };
}

/** The credentials that an earlier start wrote down; undefined without a demo. One from before an app was added lacks it. */
export function readDemo(dataDir: string): Partial<Demo> | undefined {
  try {
    return JSON.parse(readFileSync(demoFile(dataDir), 'utf8')) as Partial<Demo>;
  } catch {
    return undefined;
  }
}

export const demoFile = (dataDir: string) => join(dataDir, 'demo.json');

/**
 * Seeds the demo into an empty database and writes its credentials to `demo.json`, readable by this user only. All of it
 * or nothing, once, however many processes start together.
 * @returns the demo when it was made now; undefined when there was nothing to do
 */
export async function seedDemo({ db }: Database, dataDir: string, now: Date): Promise<Demo | undefined> {
  if (existsSync(demoFile(dataDir))) return undefined;
  return inTransaction(db, async (trx) => {
    // The others wait here for the first, and then see that it was done.
    const first = await trx
      .insertInto('settings')
      .values({ key: 'demo-seeded', value: 'true', updated_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('key')
      .executeTakeFirst();
    const used = await trx.selectFrom('accounts').select('id').limit(1).executeTakeFirst();
    if (!first || used) return undefined;
    const demo = await createDemo(trx, { actor: { type: 'system' }, now });
    makeFolder(dataDir);
    writeWhole(demoFile(dataDir), `${JSON.stringify(demo, null, 2)}\n`);
    return demo;
  });
}

async function createDemo(db: Kysely<Tables>, by: { actor: Actor; now: Date }): Promise<Demo> {
  const identifier = 'https://reports.example.com';
  const redirectUri = 'http://localhost:4000/callback';
  const scopes = [
    { name: 'reports:read', description: 'Read reports' },
    { name: 'reports:write', description: 'Create and change reports' },
  ];
  const names = scopes.map((scope) => scope.name);
  const person = { email: 'ada@example.com', password: randomBytes(15).toString('base64url') };
  const team = await createOwner(db, person, by);
  await createApi(db, { identifier, name: 'Reports (demo)', scopes, teamId: team }, by);
  const machine = await createClient(
    db,
    { name: 'Demo dashboard backend', type: 'machine', team, subscriptions: [{ api: identifier, scopes: names }] },
    by,
  );
  const web = await createClient(
    db,
    {
      name: 'Demo dashboard',
      type: 'web',
      team,
      redirectUris: [redirectUri],
      postLogoutRedirectUris: ['http://localhost:4000/'],
      subscriptions: [{ api: identifier, scopes: ['reports:read'] }],
    },
    by,
  );
  const device = await createClient(
    db,
    { name: 'Demo wallboard', type: 'device', team, subscriptions: [{ api: identifier, scopes: ['reports:read'] }] },
    by,
  );
  // Any port of the loopback address is taken for it (RFC 8252 §7.3): `latchkey demo` listens on a free one.
  const loopback = 'http://127.0.0.1/callback';
  const native = await createClient(
    db,
    {
      name: 'Demo command line',
      type: 'native',
      // `latchkey demo refresh` shows what happens after the retry window, without waiting for its end.
      refreshRetrySeconds: 0,
      team,
      redirectUris: [loopback],
      subscriptions: [{ api: identifier, scopes: ['reports:read'] }],
    },
    by,
  );
  return {
    person,
    api: { identifier, scopes: names },
    machine: { clientId: machine.client.id, clientSecret: machine.secret?.secret ?? '' },
    web: { clientId: web.client.id, clientSecret: web.secret?.secret ?? '', redirectUri },
    device: { clientId: device.client.id },
    native: { clientId: native.client.id, redirectUri: loopback },
  };
}

/** An administrator who owns a team, so that everything in the portal can be tried. @returns the team */
async function createOwner(
  db: Kysely<Tables>,
  person: Demo['person'],
  by: { actor: Actor; now: Date },
): Promise<string> {
  const account = await createAccount(db, { ...person, name: 'Ada Lovelace' }, by);
  await setPlatformRole(db, { accountId: account.id, role: 'admin' }, by);
  return (await createTeam(db, { name: 'Demo', owner: account.id }, by)).id;
}
