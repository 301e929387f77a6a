import type { Kysely } from 'kysely';
import { createApi } from '../apis/apis.ts';
import type { Actor } from '../audit/events.ts';
import { createClient } from '../clients/clients.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { Outbox } from '../mail/outbox.ts';
import { requestSubscription } from '../subscriptions/requests.ts';
import type { Demo } from './credentials.ts';

type Parts = Pick<Demo, 'api' | 'tasks' | 'machine' | 'web' | 'device' | 'native'>;

/** What everything here says of itself, so that nobody takes it for real. */
const MARK =
  'Part of the demo. Its traffic of the month before is made up; “latchkey demo remove” takes all of it away.';

const REPORTS = {
  identifier: 'https://reports.example.com',
  scopes: ['reports:read', 'reports:write'],
};
const TASKS = { identifier: 'https://tasks.example.com', scopes: ['tasks:read'] };

/** Its owner can read the request in the portal, and needs no mail of it. */
const noMail: Outbox = { issuer: '', put: async () => [] };

/** Two APIs, apps of each kind that use them, and a request that waits for the owner of an API. */
export async function createCatalogue(
  db: Kysely<Tables>,
  team: string,
  by: { actor: Actor; now: Date },
): Promise<{ parts: Parts; apiIds: { reports: string; tasks: string } }> {
  const reports = await createApi(
    db,
    {
      identifier: REPORTS.identifier,
      name: 'Reports (demo)',
      description: MARK,
      scopes: [
        { name: 'reports:read', description: 'Read reports' },
        { name: 'reports:write', description: 'Create and change reports' },
        { name: 'reports:revenue', description: 'Read what was earned', needsApproval: true },
      ],
      teamId: team,
    },
    by,
  );
  const tasks = await createApi(
    db,
    {
      identifier: TASKS.identifier,
      name: 'Tasks (demo)',
      description: MARK,
      scopes: [{ name: 'tasks:read', description: 'Read your tasks' }],
      teamId: team,
    },
    by,
  );
  const parts = await createApps(db, team, by);
  await requestSubscription(
    db,
    noMail,
    {
      clientId: parts.machine.clientId,
      api: REPORTS.identifier,
      scopes: ['reports:revenue'],
      reason: 'The tile with the revenue of the month',
    },
    by,
  );
  return { parts: { ...parts, api: REPORTS, tasks: TASKS }, apiIds: { reports: reports.id, tasks: tasks.id } };
}

async function createApps(db: Kysely<Tables>, team: string, by: { actor: Actor; now: Date }) {
  const redirectUri = 'http://localhost:4000/callback';
  const readsReports = { api: REPORTS.identifier, scopes: ['reports:read'] };
  const shared = { team, description: MARK };
  const machine = await createClient(
    db,
    {
      ...shared,
      name: 'Demo dashboard backend',
      type: 'machine',
      subscriptions: [{ api: REPORTS.identifier, scopes: REPORTS.scopes }],
    },
    by,
  );
  const web = await createClient(
    db,
    {
      ...shared,
      name: 'Demo dashboard',
      type: 'web',
      redirectUris: [redirectUri],
      postLogoutRedirectUris: ['http://localhost:4000/'],
      subscriptions: [{ api: TASKS.identifier, scopes: TASKS.scopes }, readsReports],
    },
    by,
  );
  const device = await createClient(
    db,
    { ...shared, name: 'Demo wallboard', type: 'device', subscriptions: [readsReports] },
    by,
  );
  // Any port of the loopback address is taken for it (RFC 8252 §7.3): `latchkey demo` listens on a free one.
  const loopback = 'http://127.0.0.1/callback';
  const native = await createClient(
    db,
    {
      ...shared,
      name: 'Demo command line',
      type: 'native',
      // `latchkey demo refresh` shows what happens after the retry window, without waiting for its end.
      refreshRetrySeconds: 0,
      redirectUris: [loopback],
      subscriptions: [readsReports],
    },
    by,
  );
  return {
    machine: { clientId: machine.client.id, clientSecret: machine.secret?.secret ?? '' },
    web: { clientId: web.client.id, clientSecret: web.secret?.secret ?? '', redirectUri },
    device: { clientId: device.client.id },
    native: { clientId: native.client.id, redirectUri: loopback },
  };
}
