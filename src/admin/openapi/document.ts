import type { z } from 'zod';
import { ADMIN_SCOPES } from '../../teams/token-scopes.ts';
import type { Operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { exampleOf } from './examples.ts';
import { failuresOf, problemResponses } from './responses.ts';
import { collectSchemas, type Json, type Schemas } from './schemas.ts';
import { TAGS } from './tags.ts';

const DESCRIPTION = `Apps, APIs, subscriptions, teams, people and roles of this server, for programs.

Answers may get more members, and lists more kinds of values: ignore what you do not know. Times are RFC 3339, in UTC. Lists
come in parts: \`next\` is the \`cursor\` of the part that follows, and null at the end. What has an \`ETag\` is changed only
if it is still the one that \`If-Match\` names. What you may not see does not exist for you: the answer is 404.`;

export interface OpenApi extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> } & Json;
  readonly servers: readonly { readonly url: string }[];
}

/** OpenAPI 3.1, made of the very schemas that requests and answers are checked with. */
export function openApiDocument(operations: readonly Operation[], issuer: string): OpenApi {
  const schemas = collectSchemas();
  schemas.add(Problem, 'output');
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = describe(operation, schemas);
    paths[operation.path] = path;
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Admin API',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${issuer}/api/v1` }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.all(),
      responses: problemResponses(issuer),
      securitySchemes: { oauth: securityScheme(issuer) },
    },
  };
}

function describe(operation: Operation, schemas: Schemas): Json {
  const { id, tag, summary, description, scope, body } = operation;
  const parameters = parametersOf(operation, schemas);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: [{ oauth: [scope] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: jsonOf(body, 'input', schemas) } } : {}),
    responses: { [operation.status]: successOf(operation, schemas), ...failuresOf(operation) },
  };
}

function successOf({ status, result, method, path, idempotent }: Operation, schemas: Schemas): Json {
  const text = { schema: { type: 'string' } };
  const headers = {
    ...(result ? { ETag: { description: 'The version, where what is answered has one.', ...text } } : {}),
    ...(status === 201 ? { Location: { description: 'Where it is, where it has an address.', ...text } } : {}),
    ...(idempotent
      ? { 'Idempotency-Replayed': { description: '`true` when this is the answer to an earlier request.', ...text } }
      : {}),
  };
  const isList = method === 'GET' && !path.endsWith('}');
  return {
    description: status === 204 ? 'It is done.' : status === 201 ? 'It is made.' : 'As it is now.',
    ...(isList || Object.keys(headers).length === 0 ? {} : { headers }),
    ...(result ? { content: jsonOf(result, 'output', schemas) } : {}),
  };
}

function jsonOf(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): Json {
  const reference = schemas.add(schema, io);
  return { 'application/json': { schema: reference, example: exampleOf(reference, schemas.all()) } };
}

function parametersOf({ params, query, idempotent, conditional }: Operation, schemas: Schemas): Json[] {
  return [
    ...fieldsOf('path', params, schemas),
    ...fieldsOf('query', query, schemas),
    ...(idempotent
      ? [header('Idempotency-Key', 'A repetition of the request within a day gets the first answer.')]
      : []),
    ...(conditional
      ? [header('If-Match', 'The ETag that you have read. Without it, whatever is there is changed.')]
      : []),
  ];
}

function fieldsOf(place: 'path' | 'query', schema: z.ZodType | undefined, schemas: Schemas): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.add(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, examples, ...property }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema: property,
    ...(Array.isArray(examples) && place === 'path' ? { example: examples[0] } : {}),
  }));
}

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});

function securityScheme(issuer: string): Json {
  const scopes = Object.fromEntries(Object.entries(ADMIN_SCOPES).map(([name, { description }]) => [name, description]));
  const tokenUrl = `${issuer}/token`;
  return {
    type: 'oauth2',
    description: `Access tokens of this server with \`resource=${issuer}/api/v1\`, as Bearer or bound to a key by DPoP.`,
    flows: {
      clientCredentials: { tokenUrl, scopes },
      authorizationCode: { authorizationUrl: `${issuer}/auth`, tokenUrl, refreshUrl: tokenUrl, scopes },
    },
  };
}
