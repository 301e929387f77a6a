import { z } from 'zod';
import { allowIntrospection, endIntrospection, listIntrospectors } from '../../subscriptions/introspectors.ts';
import { operation } from '../operation.ts';
import { Id, listOf } from '../shapes.ts';
import { ApiId } from './shape.ts';

const Introspector = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Introspector' });
const IntrospectorId = ApiId.extend({ app_id: Id });
const tag = 'APIs';

export const introspectorOperations = [
  operation({
    id: 'listIntrospectors',
    method: 'GET',
    path: '/apis/{api_id}/introspectors',
    tag,
    summary: 'The apps that may introspect the tokens of an API',
    scope: 'apis:read',
    params: ApiId,
    status: 200,
    result: listOf(Introspector),
    async handle({ db, by, params }) {
      return { body: { data: await listIntrospectors(db, params.api_id, by) } };
    },
  }),
  operation({
    id: 'addIntrospector',
    method: 'PUT',
    path: '/apis/{api_id}/introspectors/{app_id}',
    tag,
    summary: 'Let an app introspect the tokens of an API',
    description: 'As its resource server (RFC 7662). You must be able to see the app.',
    scope: 'apis:write',
    params: IntrospectorId,
    status: 204,
    handle: ({ db, by, params }) =>
      allowIntrospection(db, { apiIdentifier: params.api_id, clientId: params.app_id }, by),
  }),
  operation({
    id: 'removeIntrospector',
    method: 'DELETE',
    path: '/apis/{api_id}/introspectors/{app_id}',
    tag,
    summary: 'Take that away again',
    scope: 'apis:write',
    params: IntrospectorId,
    status: 204,
    handle: ({ db, by, params }) => endIntrospection(db, { apiIdentifier: params.api_id, clientId: params.app_id }, by),
  }),
];
