import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { revokeAll } from '../../src/revocation/revoke.ts';
import { revokeRolesOf } from '../../src/roles/given-roles.ts';
import { aWorld, ENDINGS, type Ending } from '../support/endings.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
const db = () => server.database.db;

/** Name → epoch, of what is in the feed. */
async function listed(): Promise<Record<string, number>> {
  const rows = await db()
    .selectFrom('epochs')
    .select(['kind', 'value', 'epoch'])
    .where('forget_at', '>', sql<Date>`now() + interval '14 minutes'`)
    .execute();
  return Object.fromEntries(rows.map(({ kind, value, epoch }) => [`${kind} ${value}`, epoch]));
}

/** What is raised meanwhile, and by how much. */
async function raisedBy(end: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await listed();
  await end();
  const after = await listed();
  const raised = Object.entries(after).map(([name, epoch]) => [name, epoch - (before[name] ?? 0)] as const);
  return Object.fromEntries(raised.filter(([, by]) => by !== 0));
}

describe('an ending', () => {
  it.each<[Ending, string[]]>([
    ['nothing ended', []],
    ['sessions ended', []],
    ['password changed', ['account ADA']],
    ['person disabled', ['account ADA']],
    ['person deleted', ['account ADA']],
    ['consent withdrawn', ['consent ADA APP']],
    ['app disabled', ['client APP']],
    ['app disabled for a while', ['client APP']],
    ['app deleted', ['client APP']],
    ['team suspended', ['client-tokens APP', 'api API']],
    ['API suspended', ['api API']],
    ['API deleted', ['api API']],
    ['scope removed', ['subscription APP API']],
    ['subscription suspended', ['subscription APP API']],
    ['subscription ended', ['subscription APP API']],
    ['role taken', ['roles ADA API']],
    ['role deleted', ['roles ADA API']],
  ])('%s raises the epochs of %j, each by one, in the feed for as long as tokens live', async (ending, names) => {
    const world = await aWorld(server, 'web');
    const { app, ada, api } = world;
    const named = names.map((name) =>
      name.replace('ADA', ada.account.id).replace('APP', app.clientId).replace('API', api.identifier),
    );
    expect(await raisedBy(() => ENDINGS[ending](world))).toEqual(Object.fromEntries(named.map((name) => [name, 1])));
  });

  it('that would name more than a thousand people raises the epoch of all roles of the API instead', async () => {
    const pairs = (count: number, audience: string) =>
      Array.from({ length: count }, (_, index) => ({ accountId: `many-${index}`, audience }));
    const few = await raisedBy(() => revokeRolesOf(db(), pairs(1000, 'https://few.example')));
    expect(Object.keys(few)).toHaveLength(1000);
    const many = await raisedBy(() => revokeRolesOf(db(), pairs(1001, 'https://many.example')));
    expect(many).toEqual({ 'api-roles https://many.example': 1 });
  });
});

/** As the versions before the epochs of names write it. */
const REVOKED_BEFORE = (kind: string, value: string, reason: string) =>
  sql`
  insert into revocations (kind, value, reason, issued_before, forget_at)
    select ${kind}, named.value, ${reason}, now(), now() + make_interval(secs => 60 + 300)
    from unnest(${[value]}::text[]) as named (value)
    on conflict (kind, value) do update set
      reason = excluded.reason,
      seq = nextval('revocations_seq'),
      issued_before = greatest(revocations.issued_before, excluded.issued_before),
      forget_at = greatest(revocations.forget_at, excluded.forget_at)`.execute(db());

const RAISED_BEFORE = (accountId: string, clientId: string) =>
  sql`
  insert into epochs (account_id, client_id, epoch) values (${accountId}, ${clientId}, 1)
  on conflict (account_id, client_id) do update set epoch = epochs.epoch + 1`.execute(db());

describe('a process of the version before', () => {
  it.each([
    ['client', 'app disabled', 'client'],
    ['client', 'team suspended', 'client-tokens'],
    ['account', 'password changed', 'account'],
    ['subscription', 'subscription cancelled: test', 'subscription'],
    ['api', 'API suspended: test', 'api'],
    ['roles', 'role taken away', 'roles'],
  ])('raises with a revocation of %s (%s) the epoch of %s, once for each', async (kind, reason, raised) => {
    const value = `before ${kind} ${reason}`;
    for (let times = 0; times < 2; times += 1) {
      expect(await raisedBy(() => REVOKED_BEFORE(kind, value, reason))).toEqual({ [`${raised} ${value}`]: 1 });
    }
  });

  it.each(['token', 'grant', 'key'])('raises nothing with the revocation of a %s', async (kind) => {
    expect(await raisedBy(() => REVOKED_BEFORE(kind, `before ${kind}`, 'test'))).toEqual({});
  });

  it('raises the epochs of consents and apps under the names that they have now, and after one of now', async () => {
    expect(await raisedBy(() => RAISED_BEFORE('ada', 'app'))).toEqual({ 'consent ada app': 1 });
    expect(await raisedBy(() => RAISED_BEFORE('', 'app'))).toEqual({ 'client app': 1 });
    await revokeAll(db(), [{ kind: 'client', value: 'app', reason: 'test' }]);
    expect(await raisedBy(() => RAISED_BEFORE('', 'app'))).toEqual({ 'client app': 1 });
    expect((await listed())['client app']).toBe(3);
  });

  it('finds nothing to remove in epochs that it does not know', async () => {
    await revokeAll(db(), [{ kind: 'api', value: 'https://unknown.example', reason: 'test' }]);
    const query = sql<{ client_id: string | null }>`select client_id from epochs where cleaned < epoch`;
    const { rows } = await query.execute(db());
    expect(rows.filter((row) => row.client_id === null)).toEqual([]);
  });
});

it('an epoch that nobody has raised is in no feed', async () => {
  await sql`insert into epochs (kind, value) values ('consent', 'nobody nothing')`.execute(db());
  expect(await listed()).not.toHaveProperty(['consent nobody nothing']);
});
