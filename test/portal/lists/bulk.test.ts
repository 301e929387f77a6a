import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aClient, anApi } from '../../support/factories.ts';
import { unescapeHtml } from '../../support/html.ts';
import type { Person } from '../../support/person.ts';
import { aVisitor } from '../../support/portal.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { aMember, aTeam } from '../../support/teams.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const db = () => server.database.db;

async function aSide(role: 'developer' | 'owner' | 'viewer' = 'owner') {
  const { id: team } = await aTeam(server);
  return { team, visitor: await aVisitor(server, await aMember(server, { team, role })) };
}

/** Requests that wait for the API of a team. */
async function someRequests(team: string, count: number) {
  const api = await anApi(server.database, { teamId: team });
  const { id: api_id } = await db()
    .selectFrom('apis')
    .select('id')
    .where('identifier', '=', api.identifier)
    .executeTakeFirstOrThrow();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { clientId: client_id } = await aClient(server.database, { type: 'machine', name: `Asking ${index}`, team });
    const at = new Date(Date.now() - (count - index) * 1000);
    const asked = { pending_scopes: ['reports:read'], pending_at: at, created_at: at };
    const { id } = await db()
      .insertInto('subscriptions')
      .values({ client_id, api_id, scopes: [], state: 'pending', ...asked })
      .returning('id')
      .executeTakeFirstOrThrow();
    ids.push(id);
  }
  return ids;
}

const picksOf = (html: string) =>
  [...html.matchAll(/form="bulk" name="pick" value="([^"]*)"/g)].map(([, value = '']) => unescapeHtml(value));
const csrfOf = (html: string) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';

/** Sends what is ticked, with the token of the visitor's pages. */
async function send(visitor: Person, path: string, picks: readonly string[], more: Record<string, string> = {}) {
  const csrf = csrfOf((await visitor.visit('/teams/new')).text);
  const body = new URLSearchParams([['csrf', csrf], ...Object.entries(more), ...picks.map((pick) => ['pick', pick])]);
  return visitor.request(path, { form: body as never });
}

const statesOf = async (ids: readonly string[]) => {
  const rows = await db().selectFrom('subscriptions').select(['id', 'state']).where('id', 'in', ids).execute();
  return ids.map((id) => rows.find((row) => row.id === id)?.state);
};

describe('several approvals at once', () => {
  it('are decided each on its own, with its event, and what changed meanwhile is left and said', async () => {
    const { team, visitor } = await aSide('developer');
    const ids = await someRequests(team, 3);
    const page = await visitor.visit('/approvals');
    const picks = picksOf(page.text);
    expect(picks.map((pick) => pick.split(' ')[0])).toEqual(ids);
    await db()
      .updateTable('subscriptions')
      .set({ pending_scopes: ['reports:write'] })
      .where('id', '=', ids[1] ?? '')
      .execute();
    const response = await send(visitor, '/approvals/decide', picks, { decision: 'approve' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/approvals']);
    expect(await statesOf(ids)).toEqual(['active', 'pending', 'active']);
    const { text } = await visitor.visit('/approvals');
    expect(unescapeHtml(text)).toContain('Done for 2. One was left as it was:');
    const events = await db()
      .selectFrom('audit_events')
      .select('type')
      .where('type', '=', 'subscription.approved')
      .execute();
    expect(events).toHaveLength(2);
  });

  it('are denied together', async () => {
    const { team, visitor } = await aSide('developer');
    const ids = await someRequests(team, 2);
    const picks = picksOf((await visitor.visit('/approvals')).text);
    await send(visitor, '/approvals/decide', picks, { decision: 'deny' });
    expect(await statesOf(ids)).toEqual(['denied', 'denied']);
  });

  it('are for those who decide alone', async () => {
    const { team, visitor } = await aSide('developer');
    const ids = await someRequests(team, 2);
    const picks = picksOf((await visitor.visit('/approvals')).text);
    const { visitor: other } = await aSide();
    const viewer = await aVisitor(server, await aMember(server, { team, role: 'viewer' }));
    expect(picksOf((await viewer.visit('/approvals')).text)).toEqual([]);
    for (const stranger of [other, viewer]) {
      await send(stranger, '/approvals/decide', picks, { decision: 'approve' });
      expect(unescapeHtml((await stranger.visit('/teams')).text)).toContain(
        'Nothing was changed. 2 were left as they were',
      );
    }
    expect(await statesOf(ids)).toEqual(['pending', 'pending']);
    expect((await visitor.request('/approvals/decide', { form: { pick: picks[0] ?? '' } })).status).toBe(403);
  });

  it('are none when nothing is ticked, and 100 at most', async () => {
    const { visitor } = await aSide('developer');
    await send(visitor, '/approvals/decide', [], { decision: 'approve' });
    expect((await visitor.visit('/approvals')).text).toContain('Nothing was chosen.');
    const many = Array.from({ length: 101 }, (_value, index) => `sub_${index}`);
    expect((await send(visitor, '/approvals/decide', many, { decision: 'approve' })).status).toBe(400);
  });
});

describe('several invitations', () => {
  it('are withdrawn together, those of the own team alone', async () => {
    const { team, visitor } = await aSide();
    for (const name of ['a', 'b']) {
      await visitor.submit(await visitor.visit(`/teams/${team}`), '/invitations', {
        email: `${name}-${team}@example.com`,
        role: 'viewer',
      });
    }
    const page = await visitor.visit(`/teams/${team}`);
    const picks = picksOf(page.text);
    expect(picks).toHaveLength(2);
    const open = async () =>
      (
        await db()
          .selectFrom('invitations')
          .select('id')
          .where('team_id', '=', team)
          .where('withdrawn_at', 'is', null)
          .execute()
      ).length;
    const { visitor: other } = await aSide();
    await send(other, '/invitations/withdraw', picks);
    expect(await open()).toBe(2);
    const response = await send(visitor, '/invitations/withdraw', picks, { back: `/teams/${team}` });
    expect(response.headers.get('location')).toBe(`/teams/${team}`);
    expect(await open()).toBe(0);
    for (const back of ['//elsewhere.example.com', 'https://elsewhere.example.com', '/teams/x?y']) {
      const sent = await send(visitor, '/invitations/withdraw', picks, { back });
      expect(sent.headers.get('location')).toBe('/operator/people');
    }
  });
});

describe('several mails', () => {
  it('are sent again, those that were sent excepted', async () => {
    const admin = await aVisitor(server, await aMember(server, { platform: 'admin' }));
    const now = new Date();
    const mail = { sealed_text: 'x', subject: 'Bulk', created_at: now, next_attempt_at: now, give_up_at: now };
    await db()
      .insertInto('mail_outbox')
      .values([
        { ...mail, id: 'mail_bulk1', recipient: 'a@example.com', failed_at: now },
        { ...mail, id: 'mail_bulk2', recipient: 'b@example.com', failed_at: now },
        { ...mail, id: 'mail_bulk3', recipient: 'c@example.com', failed_at: now },
        { ...mail, id: 'mail_bulk4', recipient: 'd@example.com', sent_at: now },
      ])
      .execute();
    expect(picksOf((await admin.visit('/operator/outbox?search=Bulk')).text)).toHaveLength(3);
    await send(admin, '/operator/outbox/resend-chosen', ['mail_bulk1', 'mail_bulk2', 'mail_bulk4']);
    const failed = await db().selectFrom('mail_outbox').select('id').where('failed_at', 'is not', null).execute();
    expect(failed).toEqual([{ id: 'mail_bulk3' }]);
    const events = await db().selectFrom('audit_events').select('id').where('type', '=', 'mail.resent').execute();
    expect(events).toHaveLength(2);
    await send(admin, '/operator/outbox/resend-chosen', []);
    expect(await db().selectFrom('mail_outbox').select('id').where('failed_at', 'is not', null).execute()).toEqual(
      failed,
    );
  });
});
