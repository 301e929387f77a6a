import { z } from 'zod';
import { ADMIN_SCOPES } from '../teams/token-scopes.ts';
import type { Operation } from './operation.ts';
import { Problem } from './problem.ts';

type Json = Record<string, unknown>;

/** OpenAPI 3.1, made of the very schemas that requests and answers are checked with. */
export function openApiDocument(operations: readonly Operation[], issuer: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = describe(operation);
    paths[operation.path] = path;
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Latchkey admin API',
      version: '1',
      description: 'Apps, APIs, subscriptions, teams, people and roles of this server, for programs.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${issuer}/api/v1` }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem) },
      responses: { Problem: { description: 'It did not work.', content: content('application/problem+json', ref) } },
      securitySchemes: { oauth: securityScheme(issuer) },
    },
  };
}

const ref = { $ref: '#/components/schemas/Problem' };
const content = (type: string, schema: Json) => ({ [type]: { schema } });

function describe(operation: Operation): Json {
  const { id, tag, summary, description, scope, params, query, body, status, result, idempotent, conditional } =
    operation;
  const parameters = [
    ...parametersOf('path', params),
    ...parametersOf('query', query),
    ...(idempotent ? [header('Idempotency-Key', 'Repeats of the request within a day get the first answer.')] : []),
    ...(conditional
      ? [header('If-Match', 'The ETag that was read; the change is refused when there is another.')]
      : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: [{ oauth: [scope] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: content('application/json', schemaOf(body, 'input')) } } : {}),
    responses: {
      [status]: {
        description: 'Done.',
        ...(result ? { content: content('application/json', schemaOf(result)) } : {}),
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema: property,
  }));
}

const header = (name: string, description: string) => ({ name, in: 'header', description, schema: { type: 'string' } });

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  });
  return rest as Json;
}

function securityScheme(issuer: string): Json {
  const scopes = Object.fromEntries(Object.entries(ADMIN_SCOPES).map(([name, { description }]) => [name, description]));
  const tokenUrl = `${issuer}/token`;
  return {
    type: 'oauth2',
    description: 'Access tokens of this server for the resource that the server URL names.',
    flows: {
      clientCredentials: { tokenUrl, scopes },
      authorizationCode: { authorizationUrl: `${issuer}/auth`, tokenUrl, refreshUrl: tokenUrl, scopes },
    },
  };
}
