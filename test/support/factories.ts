import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { insertAccount, NewAccount } from '../../src/accounts/accounts.ts';
import { type Consent, rememberConsentWithin } from '../../src/accounts/consents/consents.ts';
import { hashPassword } from '../../src/accounts/passwords.ts';
import { createApi } from '../../src/apis/apis.ts';
import type { NewClient } from '../../src/clients/client-input.ts';
import { createClient } from '../../src/clients/clients.ts';
import { PURPOSES } from '../../src/clients/purposes.ts';
import type { Database } from '../../src/db/connections/connection.ts';
import { Statement } from '../../src/db/statement.ts';
import type { ClientType } from '../../src/db/tables/catalogue.ts';

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });
const unique = () => randomBytes(4).toString('hex');

export const PASSWORD = 'correct horse battery staple';

/** An API with the scopes `reports:read` and `reports:write`, unless told otherwise. */
export async function anApi({ db }: Database, overrides: Partial<Parameters<typeof createApi>[1]> = {}) {
  const identifier = `https://api-${unique()}.example.com`;
  const scopes = ['reports:read', 'reports:write'].map((name) => ({ name, description: `May ${name}` }));
  return createApi(db, { identifier, name: 'Reports', scopes, ...overrides }, by());
}

export async function aClient({ db }: Database, wanted: Partial<z.input<typeof NewClient>> & { type: ClientType }) {
  const redirectUris = PURPOSES[wanted.type].hasRedirectUris ? ['https://app.example.com/callback'] : [];
  // As quick to sign as access tokens are, and reuse ends the family at once; what an app gets that says nothing is in
  // test/http/id-token-defaults.test.ts and test/http/refresh-retries.test.ts.
  const before = { idTokenAlg: 'ES256', refreshRetrySeconds: 0 } as const;
  const settings = { name: `App ${unique()}`, redirectUris, ...before, ...wanted };
  const { client, secret } = await createClient(db, settings, by());
  return { clientId: client.id, clientSecret: secret?.secret ?? '', client, secret };
}

export async function aPerson({ db }: Database, overrides: { email?: string; name?: string; password?: string } = {}) {
  const { password = PASSWORD } = overrides;
  const wanted = { email: `person-${unique()}@example.com`, name: 'Ada Lovelace', ...overrides };
  const { email, name } = NewAccount.pick({ email: true, name: true }).parse(wanted);
  // Not judged: whether a password may be chosen is in test/portal/passwords.test.ts.
  const account = await insertAccount(db, { email, name, passwordHash: await hashPassword(password) }, by());
  return { account, email: wanted.email, password };
}

/** A consent that a person has given before. */
export async function aConsent(
  { db }: Pick<Database, 'db'>,
  parties: { accountId: string; clientId: string },
  consent: Consent,
): Promise<void> {
  const statement = new Statement();
  rememberConsentWithin(statement, parties, { given: consent }, new Date());
  await statement.run(db);
}
