import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount } from './accounts/accounts.ts';
import { createApi } from './apis/apis.ts';
import { createClient } from './clients/clients.ts';
import type { Database } from './db/connection.ts';

/** What a newcomer needs to get a token within a minute. Random for every install. */
export interface Demo {
  readonly person: { readonly email: string; readonly password: string };
  readonly api: { readonly identifier: string; readonly scopes: readonly string[] };
  readonly machine: { readonly clientId: string; readonly clientSecret: string };
  readonly web: { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string };
}

export const demoFile = (dataDir: string) => join(dataDir, 'demo.json');

/**
 * Seeds the demo into an empty database and writes its credentials to `demo.json`, readable by this user only.
 * @returns the demo when it was made now; undefined when there was nothing to do
 */
export async function seedDemo({ db }: Database, dataDir: string, now: Date): Promise<Demo | undefined> {
  if (existsSync(demoFile(dataDir))) return undefined;
  const used = await db.selectFrom('accounts').select('id').limit(1).executeTakeFirst();
  if (used) return undefined;

  const by = { actor: { type: 'system' } as const, now };
  const identifier = 'https://reports.example.com';
  const scopes = ['reports:read', 'reports:write'];
  const password = randomBytes(15).toString('base64url');
  await createApi(
    db,
    {
      identifier,
      name: 'Reports (demo)',
      scopes: [
        { name: 'reports:read', description: 'Read reports' },
        { name: 'reports:write', description: 'Create and change reports' },
      ],
    },
    by,
  );
  const machine = await createClient(
    db,
    { name: 'Demo dashboard backend', type: 'machine', subscriptions: [{ api: identifier, scopes }] },
    by,
  );
  const redirectUri = 'http://localhost:4000/callback';
  const web = await createClient(
    db,
    {
      name: 'Demo dashboard',
      type: 'web',
      redirectUris: [redirectUri],
      postLogoutRedirectUris: ['http://localhost:4000/'],
      subscriptions: [{ api: identifier, scopes: ['reports:read'] }],
    },
    by,
  );
  const person = { email: 'ada@example.com', password };
  await createAccount(db, { ...person, name: 'Ada Lovelace' }, by);
  const demo: Demo = {
    person,
    api: { identifier, scopes },
    machine: { clientId: machine.client.id, clientSecret: machine.secret?.secret ?? '' },
    web: { clientId: web.client.id, clientSecret: web.secret?.secret ?? '', redirectUri },
  };
  writeFileSync(demoFile(dataDir), `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  return demo;
}
