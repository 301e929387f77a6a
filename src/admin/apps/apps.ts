import { z } from 'zod';
import type { By } from '../../access.ts';
import { ClientChanges, NewAppOfTeam } from '../../clients/client-input.ts';
import { createClient } from '../../clients/clients.ts';
import { findClient } from '../../clients/find-clients.ts';
import { deleteClient, disableClient, enableClient } from '../../clients/lifecycle.ts';
import { ClientQuery, listClients } from '../../clients/list-clients.ts';
import { presentAddedSecret, presentApp, presentIdTokenSigning, presentListedApp } from '../../clients/present.ts';
import { requireCredentials } from '../../clients/secrets/secrets.ts';
import { updateClient } from '../../clients/update-client.ts';
import type { Db } from '../../db/connections/connection.ts';
import { camelNames, snakeNames } from '../../json-names.ts';
import { findIdTokenSigning } from '../../keys/signing-now.ts';
import { operation } from '../operation.ts';
import { ListQuery, pageOf, presentPage, Stop } from '../shapes.ts';
import { CreatedSecret } from './secret-shape.ts';
import { App, AppId, ListedApp } from './shape.ts';

const { team, ...newFields } = snakeNames(NewAppOfTeam.shape);
const NewApp = z.strictObject({ ...newFields, team_id: team }).meta({
  id: 'NewApp',
  examples: [{ name: 'Billing dashboard', type: 'machine', description: 'Reads the monthly reports' }],
});
const AppChanges = z
  .strictObject(snakeNames(ClientChanges.shape))
  .meta({ id: 'AppChanges', examples: [{ name: 'Billing dashboard', homepage: 'https://billing.example.com/' }] });
const CreatedApp = App.extend({ secret: CreatedSecret.nullable() }).meta({ id: 'CreatedApp' });

const { team: forTeam, purpose, state, sort } = ClientQuery.shape;
const tag = 'Apps';

export const appOperations = [
  operation({
    id: 'listApps',
    method: 'GET',
    path: '/apps',
    tag,
    summary: 'The apps that you may see',
    description: 'The newest first, unless you say otherwise. `search` looks for a part of the name or of the id.',
    scope: 'apps:read',
    query: ListQuery.extend({
      team: forTeam,
      purpose: purpose.describe('What they are for.'),
      state: state.describe('Apps that work, or stopped ones.'),
      sort,
    }),
    status: 200,
    result: pageOf(ListedApp),
    handle: async ({ db, by, query }) => ({ body: presentPage(await listClients(db, query, by), presentListedApp) }),
  }),
  operation({
    id: 'createApp',
    method: 'POST',
    path: '/apps',
    tag,
    summary: 'Register an app',
    description:
      'The answer has the first secret of an app that uses one. It is shown this once: only a hash of it is kept.',
    scope: 'apps:write',
    body: NewApp,
    status: 201,
    result: CreatedApp,
    idempotent: ({ db, by }, { id }) => requireCredentials(db, id, by),
    async handle({ db, by, body: { team_id, ...body } }) {
      const created = await createClient(db, { ...camelNames(body), team: team_id }, by);
      const { body: app, version } = await show(db, created.client.id, by);
      const secret = created.secret ? presentAddedSecret(created.secret) : null;
      return { body: { ...app, secret }, version, location: `/apps/${app.id}` };
    },
  }),
  operation({
    id: 'getApp',
    method: 'GET',
    path: '/apps/{app_id}',
    tag,
    summary: 'One app',
    scope: 'apps:read',
    params: AppId,
    status: 200,
    result: App,
    handle: ({ db, by, params }) => show(db, params.app_id, by),
  }),
  operation({
    id: 'updateApp',
    method: 'PATCH',
    path: '/apps/{app_id}',
    tag,
    summary: 'Change an app',
    description: 'What is left out stays as it is. An app that stops using secrets loses those that it has.',
    scope: 'apps:write',
    params: AppId,
    body: AppChanges,
    status: 200,
    result: App,
    conditional: true,
    async handle({ db, by, params: { app_id: clientId }, body, version }) {
      await updateClient(db, { clientId, changes: camelNames(body), version }, by);
      return show(db, clientId, by);
    },
  }),
  operation({
    id: 'deleteApp',
    method: 'DELETE',
    path: '/apps/{app_id}',
    tag,
    summary: 'Remove an app',
    description: 'Its secrets, subscriptions and consents go, and every token that it holds is refused.',
    scope: 'apps:write',
    params: AppId,
    status: 204,
    conditional: true,
    handle: ({ db, by, params, version }) => deleteClient(db, { clientId: params.app_id, version }, by),
  }),
  operation({
    id: 'disableApp',
    method: 'POST',
    path: '/apps/{app_id}/disable',
    tag,
    summary: 'Stop an app',
    description: 'Its next request fails, and every token that it holds is refused.',
    scope: 'apps:write',
    params: AppId,
    body: Stop,
    status: 200,
    result: App,
    conditional: true,
    async handle({ db, by, params: { app_id: clientId }, body, version }) {
      await disableClient(db, { clientId, reason: body.reason, version }, by);
      return show(db, clientId, by);
    },
  }),
  operation({
    id: 'enableApp',
    method: 'POST',
    path: '/apps/{app_id}/enable',
    tag,
    summary: 'Let an app start anew',
    description: 'Tokens from before stay refused.',
    scope: 'apps:write',
    params: AppId,
    status: 200,
    result: App,
    conditional: true,
    async handle({ db, by, params: { app_id: id }, version }) {
      await enableClient(db, { id, version }, by);
      return show(db, id, by);
    },
  }),
];

async function show(db: Db, id: string, by: By) {
  const app = await findClient(db, id, 'app.read', by);
  const signing = presentIdTokenSigning(await findIdTokenSigning(db, app, by.now));
  return { body: { ...presentApp(app), ...signing }, version: app.version };
}
