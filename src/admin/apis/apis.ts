import { z } from 'zod';
import type { By } from '../../access.ts';
import { deleteApi, resumeApi, suspendApi } from '../../apis/api-lifecycle.ts';
import { ApiChanges, ApiScopeInput, NewApi as NewApiInput } from '../../apis/api-schema.ts';
import { createApi, requireOwnApi } from '../../apis/apis.ts';
import { findCatalogueApi } from '../../apis/catalogue/find-api.ts';
import { ApiQuery, browseApis } from '../../apis/catalogue/list-apis.ts';
import { updateApi } from '../../apis/update-api.ts';
import type { Db } from '../../db/connections/connection.ts';
import { camelNames, snakeNames } from '../../json-names.ts';
import { operation } from '../operation.ts';
import { ListQuery, pageOf, presentPage, Stop } from '../shapes.ts';
import { Api, ApiId, ListedApiShape, presentCatalogueApi, presentListedApi } from './shape.ts';

const NewScope = z.strictObject(snakeNames(ApiScopeInput.shape)).meta({ id: 'NewScope' });
const scopes = z.array(NewScope).max(200, 'An API has at most 200 scopes.');
const NewApi = z.strictObject({ ...snakeNames(NewApiInput.shape), scopes }).meta({
  id: 'NewApi',
  examples: [
    {
      name: 'Reports',
      identifier: 'https://reports.example.com',
      scopes: [{ name: 'reports:read', description: 'Read reports', needs_approval: true }],
    },
  ],
});
const Changes = z
  .strictObject({ ...snakeNames(ApiChanges.shape), scopes: scopes.optional() })
  .meta({ id: 'ApiChanges', examples: [{ description: 'Monthly and yearly reports', token_lifetime: 120 }] });

const { team, state, sort } = ApiQuery.shape;
const tag = 'APIs';

export const apiOperations = [
  operation({
    id: 'listApis',
    method: 'GET',
    path: '/apis',
    tag,
    summary: 'The catalogue of APIs',
    description:
      'Those that everyone may see, those of your teams, and those that are shown to them. The newest first, unless you say otherwise.',
    scope: 'apis:read',
    query: ListQuery.extend({ team, state: state.describe('APIs that work, or suspended ones.'), sort }),
    status: 200,
    result: pageOf(ListedApiShape),
    handle: async ({ db, by, query }) => ({ body: presentPage(await browseApis(db, query, by), presentListedApi) }),
  }),
  operation({
    id: 'createApi',
    method: 'POST',
    path: '/apis',
    tag,
    summary: 'Publish an API',
    scope: 'apis:write',
    body: NewApi,
    status: 201,
    result: Api,
    idempotent: ({ db, by }, { id }) => requireOwnApi(db, id, by),
    async handle({ db, by, body }) {
      const { id } = await createApi(db, { ...camelNames(body), scopes: body.scopes.map(camelNames) }, by);
      return { ...(await show(db, id, by)), location: `/apis/${id}` };
    },
  }),
  operation({
    id: 'getApi',
    method: 'GET',
    path: '/apis/{api_id}',
    tag,
    summary: 'One API with its scopes',
    scope: 'apis:read',
    params: ApiId,
    status: 200,
    result: Api,
    handle: ({ db, by, params }) => show(db, params.api_id, by),
  }),
  operation({
    id: 'updateApi',
    method: 'PATCH',
    path: '/apis/{api_id}',
    tag,
    summary: 'Change an API',
    description:
      'What is left out stays as it is; `scopes` and `visible_teams` are whole lists. A scope that is not in the list any more goes, and with it at once what apps had by it.',
    scope: 'apis:write',
    params: ApiId,
    body: Changes,
    status: 200,
    result: Api,
    conditional: true,
    async handle({ db, by, params: { api_id: id }, body: { scopes: wanted, ...rest }, version }) {
      const changes = { ...camelNames(rest), ...(wanted ? { scopes: wanted.map(camelNames) } : {}) };
      await updateApi(db, { id, version }, changes, by);
      return show(db, id, by);
    },
  }),
  operation({
    id: 'deleteApi',
    method: 'DELETE',
    path: '/apis/{api_id}',
    tag,
    summary: 'Remove an API',
    description: 'Its scopes, roles and subscriptions go, and every token for it is refused.',
    scope: 'apis:write',
    params: ApiId,
    status: 204,
    conditional: true,
    handle: ({ db, by, params, version }) => deleteApi(db, { id: params.api_id, version }, by),
  }),
  operation({
    id: 'suspendApi',
    method: 'POST',
    path: '/apis/{api_id}/suspend',
    tag,
    summary: 'Stop an API for all apps',
    description: 'No app gets tokens for it, and those that are out are refused.',
    scope: 'apis:write',
    params: ApiId,
    body: Stop,
    status: 200,
    result: Api,
    conditional: true,
    async handle({ db, by, params: { api_id: id }, body, version }) {
      await suspendApi(db, { id, version }, body, by);
      return show(db, id, by);
    },
  }),
  operation({
    id: 'resumeApi',
    method: 'POST',
    path: '/apis/{api_id}/resume',
    tag,
    summary: 'Let apps use an API again',
    scope: 'apis:write',
    params: ApiId,
    status: 200,
    result: Api,
    conditional: true,
    async handle({ db, by, params: { api_id: id }, version }) {
      await resumeApi(db, { id, version }, by);
      return show(db, id, by);
    },
  }),
];

async function show(db: Db, id: string, by: By) {
  const found = await findCatalogueApi(db, id, by);
  return { body: presentCatalogueApi(found), version: found.api.version };
}
