import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { By } from '../../src/access.ts';
import { ADMIN_API } from '../../src/apis/admin-api.ts';
import { deleteApi, resumeApi, suspendApi } from '../../src/apis/api-lifecycle.ts';
import { createApi } from '../../src/apis/apis.ts';
import { findCatalogueApi } from '../../src/apis/catalogue/find-api.ts';
import { browseApis } from '../../src/apis/catalogue/list-apis.ts';
import { updateApi } from '../../src/apis/update-api.ts';
import { mailContext } from '../../src/keys/sealing/contexts.ts';
import { unseal } from '../../src/keys/sealing/seal.ts';
import { createOutbox, type Outbox } from '../../src/mail/outbox.ts';
import { longestLifetimeAt } from '../../src/revocation/lifetimes.ts';
import { approveRequest, denyRequest } from '../../src/subscriptions/decisions.ts';
import { endSubscription, resumeSubscription, suspendSubscription } from '../../src/subscriptions/lifecycle.ts';
import {
  findSubscription,
  listLateDecisions,
  listSubscriptions,
  listWaitingRequests,
} from '../../src/subscriptions/lists.ts';
import { requestSubscription, withdrawRequest } from '../../src/subscriptions/requests.ts';
import { subscribe } from '../../src/subscriptions/subscriptions.ts';
import { aClient, anApi } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { aMember, aTeam, byPerson } from '../support/teams.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;
let outbox: Outbox;
beforeAll(async () => {
  server = await startTestServer();
  outbox = createOutbox(server.secrets.masterKeys, server.issuer);
});
afterAll(() => server.stop());

const db = () => server.database.db;
const operator = (): By => ({ actor: { type: 'operator' }, now: new Date() });

const SCOPES = [
  { name: 'reports:read', description: 'Read' },
  { name: 'reports:write', description: 'Write', needsApproval: true },
  { name: 'reports:share', description: 'Share', needsApproval: true },
];

/** Two teams, and people with every role in each. */
async function aCast() {
  const [owners, askers] = [await aTeam(server), await aTeam(server)];
  const people = {
    owner: await aMember(server, { team: owners.id, role: 'owner' }),
    publisher: await aMember(server, { team: owners.id, role: 'developer' }),
    onlooker: await aMember(server, { team: owners.id, role: 'viewer' }),
    developer: await aMember(server, { team: askers.id, role: 'developer' }),
    reader: await aMember(server, { team: askers.id, role: 'viewer' }),
    stranger: await aMember(server, { team: (await aTeam(server)).id, role: 'owner' }),
    admin: await aMember(server, { platform: 'admin' }),
    auditor: await aMember(server, { platform: 'auditor' }),
  };
  return { owners, askers, people };
}

/** One of the teams with an API, the other with an app. */
async function aScene(api: Partial<Parameters<typeof createApi>[1]> = {}, cast?: Awaited<ReturnType<typeof aCast>>) {
  const { owners, askers, people } = cast ?? (await aCast());
  const made = await anApi(server.database, { scopes: SCOPES, teamId: owners.id, ...api });
  const app = await aClient(server.database, { type: 'machine' });
  await db().updateTable('clients').set({ team_id: askers.id }).where('id', '=', app.clientId).execute();
  const as = (who: keyof typeof people) => byPerson(server, people[who]);
  const ask = async (scopes: string[], who: keyof typeof people = 'developer', reason = 'For the sales report') =>
    requestSubscription(db(), outbox, { clientId: app.clientId, api: made.id, scopes, reason }, await as(who));
  const scopeOfToken = async () => {
    const { body } = await requestToken(server, app, { resource: made.identifier });
    return body.error ?? body.scope;
  };
  return { owners, askers, people, api: made, app, as, ask, scopeOfToken };
}

type Who = keyof Awaited<ReturnType<typeof aScene>>['people'];

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string; name: string; issues?: { message: string }[] }) =>
      error.code ?? error.issues?.[0]?.message,
  );

async function mails(to: string) {
  const rows = await db()
    .selectFrom('mail_outbox')
    .selectAll()
    .where('recipient', '=', to)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    subject: row.subject,
    text: unseal(server.secrets.masterKeys, mailContext(row.id), row.sealed_text),
  }));
}

describe('asking for scopes', () => {
  it('gives at once what needs no approval, and the rest when the owner says so', async () => {
    const { ask, as, scopeOfToken, people, api, app } = await aScene();
    expect(await scopeOfToken()).toBe('invalid_target');
    const asked = await ask(['reports:read', 'reports:write', 'reports:share']);
    expect(asked).toMatchObject({ state: 'active', scopes: ['reports:read'] });
    expect(await scopeOfToken()).toBe('reports:read');

    for (const who of ['owner', 'publisher'] as const) {
      const [mail] = await mails(people[who].email);
      expect(mail?.subject).toBe(`${app.client.name} asks for access to ${api.name}`);
      expect(mail?.text).toContain('reports:write, reports:share');
      expect(mail?.text).toContain('> For the sales report');
      expect(mail?.text).toContain(`${server.issuer}/approvals`);
    }
    expect([await mails(people.onlooker.email), await mails(people.developer.email)]).toEqual([[], []]);

    const approval = { scopes: ['reports:write'], note: 'Sharing is for humans' };
    await approveRequest(db(), outbox, { id: asked.id }, approval, await as('publisher'));
    expect(await scopeOfToken()).toBe('reports:read reports:write');
    const [decision] = await mails(people.developer.email);
    expect(decision?.subject).toBe(`${api.name}: access approved in part`);
    expect(decision?.text).toContain('Approved, and usable now: reports:write');
    expect(decision?.text).toContain('Not approved: reports:share');
    expect(decision?.text).toContain('> Sharing is for humans');
    expect(decision?.text).toContain(`${server.issuer}/apps/${app.clientId}/apis`);
  });

  it('waits altogether when all of it needs approval, and is denied with a note', async () => {
    const { ask, as, scopeOfToken, people } = await aScene();
    const asked = await ask(['reports:write']);
    expect(asked).toMatchObject({ state: 'pending', scopes: [], pending_scopes: ['reports:write'] });
    expect(await scopeOfToken()).toBe('invalid_target');
    const denied = await denyRequest(db(), outbox, { id: asked.id }, { note: 'Not this quarter' }, await as('owner'));
    expect(denied).toMatchObject({ state: 'denied', note: 'Not this quarter', pending_scopes: null });
    expect((await mails(people.developer.email))[0]?.subject).toMatch(/access denied$/);
    expect(await scopeOfToken()).toBe('invalid_target');
    expect(await ask(['reports:write'])).toMatchObject({ id: asked.id, state: 'pending' });
  });

  it('for more goes on beside what is live, and a withdrawal leaves that alone', async () => {
    const { ask, as, scopeOfToken } = await aScene();
    const { id } = await ask(['reports:read']);
    expect(await ask(['reports:read', 'reports:write'])).toMatchObject({ id, pending_scopes: ['reports:write'] });
    expect(await scopeOfToken()).toBe('reports:read');
    expect(await refusal(ask(['reports:share']))).toBe('conflict');
    await withdrawRequest(db(), { id }, await as('developer'));
    expect(await scopeOfToken()).toBe('reports:read');
    expect(await refusal(withdrawRequest(db(), { id }, await as('developer')))).toBe('conflict');
    expect(await refusal(ask(['reports:read']))).toBe('conflict');
    const again = await ask(['reports:write']);
    await denyRequest(db(), outbox, { id: again.id }, {}, await as('owner'));
    expect(await scopeOfToken()).toBe('reports:read');
  });

  it('needs a reason for those who decide, at least one scope, and scopes that exist', async () => {
    const { ask } = await aScene();
    expect(await refusal(ask(['reports:write'], 'developer', ' '))).toMatch(/^Say what the app needs it for/);
    expect(await refusal(ask([]))).toBe('invalid_request');
    expect(await refusal(ask(['reports:delete']))).toBe('invalid_request');
    expect(await ask(['reports:read'], 'developer', '')).toMatchObject({ state: 'active' });
  });

  it('of an API without scopes waits for its owner', async () => {
    const { ask, as, scopeOfToken } = await aScene({ scopes: [] });
    const asked = await ask([]);
    expect(asked).toMatchObject({ state: 'pending', pending_scopes: [] });
    expect(await scopeOfToken()).toBe('invalid_target');
    await approveRequest(db(), outbox, { id: asked.id }, {}, await as('owner'));
    expect(await scopeOfToken()).toBeUndefined();
  });

  it('is refused while the API or the subscription is suspended, which the app cannot end by itself', async () => {
    const { ask, as, api, scopeOfToken, people } = await aScene();
    const { id } = await ask(['reports:read']);
    await suspendSubscription(db(), outbox, { id }, { reason: 'Too many calls' }, await as('owner'));
    expect((await mails(people.developer.email))[0]?.text).toContain('> Too many calls');
    expect(await refusal(ask(['reports:read']))).toBe('conflict');
    expect(await refusal(endSubscription(db(), outbox, { id }, { reason: 'x' }, await as('developer')))).toBe(
      'conflict',
    );
    await resumeSubscription(db(), { id }, await as('owner'));
    expect(await scopeOfToken()).toBe('reports:read');
    await suspendApi(db(), { id: api.id }, { reason: 'Maintenance' }, await as('owner'));
    expect(await refusal(ask(['reports:write']))).toBe('conflict');
    await resumeApi(db(), { id: api.id }, await as('owner'));
    expect(await scopeOfToken()).toBe('reports:read');
  });

  it('can be done again after an end, and the operator can give access at once', async () => {
    const { ask, as, api, app, scopeOfToken } = await aScene();
    const { id } = await ask(['reports:read']);
    await endSubscription(db(), outbox, { id }, { reason: 'Done' }, await as('developer'));
    expect(await scopeOfToken()).toBe('invalid_target');
    expect(await ask(['reports:read'])).toMatchObject({ id, state: 'active' });
    await endSubscription(db(), outbox, { id }, { reason: 'Done' }, await as('owner'));
    const wanted = { clientId: app.clientId, apiIdentifier: api.identifier, scopes: ['reports:share'] };
    expect(await refusal(subscribe(db(), wanted, await as('developer')))).toBe('not_found');
    await subscribe(db(), wanted, operator());
    expect(await scopeOfToken()).toBe('reports:share');
    expect(await refusal(subscribe(db(), wanted, operator()))).toBe('conflict');
  });
});

describe('rights', () => {
  const everyone: Who[] = ['owner', 'publisher', 'onlooker', 'developer', 'reader', 'stranger', 'admin', 'auditor'];
  const expected = (allowed: Who[], forbidden: Who[]) =>
    Object.fromEntries(
      everyone.map((who) => [
        who,
        allowed.includes(who) ? 'done' : forbidden.includes(who) ? 'forbidden' : 'not_found',
      ]),
    );

  async function outcomes(work: (scene: Awaited<ReturnType<typeof aScene>>, by: By) => Promise<unknown>) {
    const found: Record<string, string | undefined> = {};
    const cast = await aCast();
    for (const who of everyone) {
      const scene = await aScene({}, cast);
      found[who] = await refusal(work(scene, await scene.as(who)));
    }
    return found;
  }

  it('to ask are for developers of the app', async () => {
    const found = await outcomes(({ app, api }, by) =>
      requestSubscription(db(), outbox, { clientId: app.clientId, api: api.id, scopes: ['reports:read'] }, by),
    );
    expect(found).toEqual(expected(['developer', 'admin'], ['reader', 'auditor']));
  });

  it.each([
    ['approve', (id: string, by: By) => approveRequest(db(), outbox, { id }, {}, by)],
    ['deny', (id: string, by: By) => denyRequest(db(), outbox, { id }, {}, by)],
    ['suspend', (id: string, by: By) => suspendSubscription(db(), outbox, { id }, { reason: 'x' }, by)],
  ] as const)('to %s are for developers of the API', async (_name, act) => {
    const found = await outcomes(async ({ ask }, by) => act((await ask(['reports:read', 'reports:write'])).id, by));
    expect(found).toEqual(expected(['owner', 'publisher', 'admin'], ['onlooker', 'developer', 'reader', 'auditor']));
  });

  it('to withdraw are for developers of the app, to cancel for those of either', async () => {
    const withdrawn = await outcomes(async ({ ask }, by) =>
      withdrawRequest(db(), { id: (await ask(['reports:write'])).id }, by),
    );
    expect(withdrawn).toEqual(
      expected(['developer', 'admin'], ['owner', 'publisher', 'onlooker', 'reader', 'auditor']),
    );
    const cancelled = await outcomes(async ({ ask }, by) =>
      endSubscription(db(), outbox, { id: (await ask(['reports:read'])).id }, { reason: 'x' }, by),
    );
    expect(cancelled).toEqual(
      expected(['owner', 'publisher', 'developer', 'admin'], ['onlooker', 'reader', 'auditor']),
    );
  });

  it('to see a subscription are for both teams and the platform', async () => {
    const found = await outcomes(async ({ ask }, by) => findSubscription(db(), (await ask(['reports:read'])).id, by));
    expect(found).toEqual(
      expected(
        everyone.filter((who) => who !== 'stranger'),
        [],
      ),
    );
  });

  it('end where an access token ends, and an unknown id is like one of someone else', async () => {
    const { ask, people } = await aScene();
    const { id } = await ask(['reports:write']);
    const reads = await byPerson(server, people.owner, ['api.read']);
    expect(await refusal(approveRequest(db(), outbox, { id }, {}, reads))).toBe('forbidden');
    expect((await findSubscription(db(), id, reads)).mayDecide).toBe(false);
    const teams = await byPerson(server, people.owner, ['team.read']);
    expect(await refusal(listSubscriptions(db(), {}, teams))).toBe('forbidden');
    const nobody: By = { actor: { type: 'client', id: 'app_x' }, now: new Date() };
    expect(await refusal(findSubscription(db(), id, nobody))).toBe('not_found');
    expect((await browseApis(db(), {}, nobody)).rows).toEqual([]);
    const stranger = await byPerson(server, people.stranger);
    const message = (sub: string) => findSubscription(db(), sub, stranger).catch((error: Error) => error.message);
    expect((await message(id)) as string).toBe(((await message('sub_unknown')) as string).replace('sub_unknown', id));
  });

  it('decides once, and only on what it has seen', async () => {
    const { ask, as } = await aScene();
    const { id, version } = await ask(['reports:read', 'reports:write']);
    await withdrawRequest(db(), { id }, await as('developer'));
    await ask(['reports:share']);
    const approve = async (target: { id: string; version?: number }, scopes?: string[]) =>
      refusal(approveRequest(db(), outbox, target, scopes ? { scopes } : {}, await as('owner')));
    expect(await approve({ id, version })).toBe('precondition_failed');
    expect(await approve({ id }, ['reports:write'])).toBe('invalid_request');
    expect(await approve({ id }, [])).toBe('invalid_request');
    expect((await Promise.all([approve({ id }), approve({ id })])).sort()).toEqual(['conflict', 'done']);
  });
});

describe('the catalogue', () => {
  it('shows an API to everyone, to chosen teams or to its own, and to others it does not exist', async () => {
    const { as, ask, api, askers } = await aScene({ visibility: 'team' });
    const sees = async (who: Who) => ({
      found: await refusal(findCatalogueApi(db(), api.identifier, await as(who))),
      listed: (await browseApis(db(), { search: api.identifier }, await as(who))).rows.length,
    });
    const yes = { found: 'done', listed: 1 };
    const no = { found: 'not_found', listed: 0 };
    expect([await sees('onlooker'), await sees('developer'), await sees('auditor')]).toEqual([yes, no, yes]);
    expect(await refusal(ask(['reports:read']))).toBe('not_found');
    const change = async (changes: object) => updateApi(db(), { id: api.id }, changes, await as('publisher'));
    await change({ visibility: 'selected', visibleTeams: [askers.name.toUpperCase()] });
    expect([await sees('developer'), await sees('stranger')]).toEqual([yes, no]);
    expect(await ask(['reports:read'])).toMatchObject({ state: 'active' });
    expect(await refusal(change({ visibleTeams: ['No such team'] }))).toBe('invalid_request');
    await change({ visibility: 'everyone' });
    expect(await sees('stranger')).toEqual(yes);
    const { visibleTeams, mayRead } = await findCatalogueApi(db(), api.id, await as('stranger'));
    expect({ visibleTeams, mayRead }).toEqual({ visibleTeams: [], mayRead: false });
  });

  it('is changed by developers of the team, with the version that they saw and the fields that there are', async () => {
    const { as, api, people, owners } = await aScene();
    const change = async (who: Who, changes: object, version?: number) =>
      refusal(updateApi(db(), { id: api.id, version }, changes, await as(who)));
    expect(await change('onlooker', { name: 'Mine' })).toBe('forbidden');
    expect(await change('stranger', { name: 'Mine' })).toBe('not_found');
    expect(await change('auditor', { name: 'Mine' })).toBe('forbidden');
    expect(await change('publisher', { name: 'Ours' }, 1)).toBe('done');
    expect(await change('publisher', { name: 'Ours again' }, 1)).toBe('precondition_failed');
    for (const field of ['identifier', 'id', 'suspended_at', 'suspendedAt', 'team_id', 'version']) {
      expect(await change('publisher', { [field]: 'x' })).toMatch(/Unrecognized key/);
    }
    expect(await change('publisher', { docsUrl: 'javascript:alert(1)' })).toMatch(/starts with https/);
    const other = await aTeam(server);
    expect(await change('owner', { teamId: other.id })).toBe('not_found');
    expect(await change('owner', { teamId: null })).toBe('not_found');
    expect(await change('admin', { teamId: other.id })).toBe('done');
    const input = { identifier: 'https://mine.example.com', name: 'Mine', scopes: [], teamId: owners.id };
    expect(await refusal(createApi(db(), input, await byPerson(server, people.stranger)))).toBe('not_found');
    expect(await refusal(createApi(db(), { ...input, teamId: null }, await as('owner')))).toBe('not_found');
    expect(await refusal(createApi(db(), input, await as('onlooker')))).toBe('forbidden');
    expect(await refusal(createApi(db(), input, await as('publisher')))).toBe('done');
    expect(await refusal(createApi(db(), input, await as('publisher')))).toBe('conflict');
  });

  it('takes a removed scope out of requests and roles too, and ends what has nothing left', async () => {
    const { as, ask, api } = await aScene();
    const { id } = await ask(['reports:write', 'reports:share']);
    const role = { id: 'role_test', api_id: api.id, name: 'Editors', scopes: ['reports:read', 'reports:write'] };
    await db()
      .insertInto('roles')
      .values({ ...role, created_at: new Date() })
      .execute();
    const keep = async (...names: string[]) =>
      updateApi(db(), { id: api.id }, { scopes: names.map((name) => ({ name })) }, await as('owner'));
    await keep('reports:read', 'reports:share');
    expect(await findSubscription(db(), id, operator())).toMatchObject({
      state: 'pending',
      pending_scopes: ['reports:share'],
    });
    await keep('reports:read', 'reports:new');
    expect(await findSubscription(db(), id, operator())).toMatchObject({ state: 'cancelled', pending_scopes: null });
    const { scopes } = await db()
      .selectFrom('roles')
      .select('scopes')
      .where('id', '=', role.id)
      .executeTakeFirstOrThrow();
    expect(scopes).toEqual(['reports:read']);
    await ask(['reports:read']);
    await keep('reports:new');
    expect(await findSubscription(db(), id, operator())).toMatchObject({ state: 'cancelled', scopes: [] });
  });

  it('leaves the admin API to the server, even for an admin', async () => {
    const admin = await byPerson(server, await aMember(server, { platform: 'admin' }));
    expect(await refusal(updateApi(db(), { id: ADMIN_API }, { visibility: 'team' }, admin))).toBe('conflict');
    expect(await refusal(deleteApi(db(), { id: ADMIN_API }, admin))).toBe('conflict');
    expect((await findCatalogueApi(db(), ADMIN_API, admin)).scopes.length).toBeGreaterThan(5);
  });

  it('remembers that tokens with a longer life are out', async () => {
    const { as, api } = await aScene({ tokenLifetime: 7200 });
    // Of the database's clock, to which nothing is added before the change.
    const longestIn = async (seconds: number) => {
      const query = `select ${longestLifetimeAt(`(now() + interval '${seconds} seconds')`)} as longest`;
      const { rows } = await sql.raw<{ longest: number }>(query).execute(db());
      return rows[0]?.longest;
    };
    expect(await longestIn(0)).toBe(7200);
    await updateApi(db(), { id: api.id }, { tokenLifetime: 300 }, await as('owner'));
    expect(await longestIn(7100)).toBe(7200);
    expect(await longestIn(7201)).toBe(300);
  });
});

describe('lists', () => {
  it('go through all that waits, oldest first, and through what was decided', async () => {
    const { owners, as, people, api } = await aScene();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const app = await aClient(server.database, { type: 'machine', name: `Waiting ${index}` });
      const wanted = { clientId: app.clientId, api: api.identifier, scopes: ['reports:write'], reason: 'x' };
      ids.push((await requestSubscription(db(), outbox, wanted, await as('admin'))).id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listWaitingRequests(db(), { limit: 2, ...(cursor ? { cursor } : {}) }, await as('owner'));
      seen.push(...page.rows.map((row) => row.id));
      cursor = page.next;
    } while (cursor);
    expect(seen).toEqual(ids);
    const [row] = (await listWaitingRequests(db(), { search: 'waiting 3' }, await as('onlooker'))).rows;
    expect(row).toMatchObject({ appName: 'Waiting 3', apiTeamName: owners.name, mayDecide: false, mayAsk: false });
    await denyRequest(db(), outbox, { id: ids[0] ?? '' }, {}, await as('publisher'));
    const [decided] = await listLateDecisions(db(), 10, await as('owner'));
    expect(decided).toMatchObject({ id: ids[0], state: 'denied', deciderName: people.publisher.account.name });
    const states = (await listSubscriptions(db(), { api: api.id }, await as('owner'))).rows.map(({ state }) => state);
    expect(states).toEqual(['pending', 'pending', 'pending', 'pending', 'denied']);
    expect((await listSubscriptions(db(), { api: api.id }, await as('stranger'))).rows).toEqual([]);
    expect(await refusal(listSubscriptions(db(), { cursor: 'x' }, await as('owner')))).toBe('invalid_request');
  });
});
