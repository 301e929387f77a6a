import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { withdrawConsent } from '../../src/accounts/lifecycle.ts';
import { disableClient, enableClient } from '../../src/clients/lifecycle.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

let server: TestServer;
let api: Awaited<ReturnType<typeof anApi>>;
beforeAll(async () => {
  server = await startTestServer();
  api = await anApi(server.database);
});
afterAll(() => server.stop());

const by = () => ({ actor: { type: 'operator' } as const, now: new Date() });

async function anApp() {
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  const app = await aClient(server.database, { type: 'web', subscriptions });
  return { app, ada: await aPerson(server.database) };
}
type World = Awaited<ReturnType<typeof anApp>>;

/** A refresh token whose rows are written as the version before the epochs writes them. */
async function earlierRefreshToken({ app, ada }: World): Promise<string> {
  const parameters = { scope: 'openid offline_access reports:read', resource: api.identifier, prompt: 'consent' };
  const { tokens } = await signIn(server, app, ada, { parameters });
  const moved = randomBytes(4).toString('hex');
  const columns = sql.raw('grant_id, account_id, client_id, payload, created_at, expires_at');
  // By the columns of then.
  await sql`
    with grants as (delete from artifacts where model = 'Grant' and client_id = ${app.clientId} returning *)
    insert into artifacts (id_hash, model, ${columns})
      select sha256(convert_to(grant_id, 'UTF8')), ${`Grant ${moved}`}, ${columns} from grants`.execute(
    server.database.db,
  );
  await sql`update artifacts set model = 'Grant' where model = ${`Grant ${moved}`}`.execute(server.database.db);
  return String(tokens.refresh_token);
}

async function refresh({ app }: World, token: string): Promise<string> {
  const { status, body } = await post(server, '/token', { grant_type: 'refresh_token', refresh_token: token }, app);
  return `${status} ${body.error ?? ''}`.trim();
}

const stopAndStart = async ({ app }: World) => {
  await disableClient(server.database.db, { clientId: app.clientId, reason: 'test' }, by());
  await enableClient(server.database.db, app.clientId, by());
};
const withdraw = ({ app, ada }: World) =>
  withdrawConsent(server.database.db, { accountId: ada.account.id, clientId: app.clientId }, by());

describe('what a process of the version before has written', () => {
  it('is good while nothing has ended', async () => {
    const world = await anApp();
    expect(await refresh(world, await earlierRefreshToken(world))).toBe('200');
  });

  it.each([
    ['the app was stopped and started', stopAndStart],
    ['the consent was withdrawn', withdraw],
  ])('ends when %s, and counts as older than that for good', async (_what, ends) => {
    const world = await anApp();
    const token = await earlierRefreshToken(world);
    await ends(world);
    expect(await refresh(world, token)).toBe('400 invalid_grant');
    expect(await refresh(world, await earlierRefreshToken(world))).toBe('400 invalid_grant');
  });
});
