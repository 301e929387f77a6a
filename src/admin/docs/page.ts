import { errorCodes } from '../../errors.ts';
import { ADMIN_SCOPES } from '../../teams/token-scopes.ts';
import type { OperationView } from '../../views/models/api-reference.ts';
import type { ViewModels } from '../../views/models.ts';
import type { OpenApi } from '../openapi/document.ts';
import type { Json } from '../openapi/schemas.ts';
import { TAGS } from '../openapi/tags.ts';
import type { Operation } from '../operation.ts';
import { curlOf, tokenByCurl } from './curl.ts';
import { fieldsOf, kindOf, proseOf } from './words.ts';

/** The OpenAPI document as a page for people. */
export function docsPage(document: OpenApi, operations: readonly Operation[]): ViewModels['admin/docs'] {
  const server = document.servers[0]?.url ?? '';
  const { schemas } = document.components;
  const view = (operation: Operation) => presentOperation(operation, document, server);
  return {
    title: 'Admin API',
    introduction: String((document.info as Json).description)
      .split('\n\n')
      .map((paragraph) => proseOf(paragraph.replaceAll('\n', ' '))),
    server,
    token: tokenByCurl(server),
    scopes: Object.entries(ADMIN_SCOPES).map(([name, { description }]) => ({ name, words: description })),
    sections: Object.entries(TAGS).map(([title, words]) => ({
      id: `section-${title.toLowerCase().replaceAll(' ', '-')}`,
      title,
      words,
      operations: operations.filter(({ tag }) => tag === title).map(view),
    })),
    objects: Object.entries(schemas).map(([name, schema]) => ({
      name,
      kind: schema.oneOf ? kindOf(schema) : [],
      fields: fieldsOf(schema),
    })),
    errors: Object.entries(errorCodes).map(([code, { status, message, hint }]) => ({ code, status, message, hint })),
  };
}

interface Described {
  readonly description?: string;
  readonly parameters?: readonly ({ name: string; in: string; required: boolean; description: string } & Json)[];
  readonly requestBody?: { readonly content: Json };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Json }>>;
}

function presentOperation(operation: Operation, { paths, components }: OpenApi, server: string): OperationView {
  const { id, method, path, summary, scope } = operation;
  const described = paths[path]?.[method.toLowerCase()] as unknown as Described;
  const body = described.requestBody && jsonOf(described.requestBody.content);
  const name = kindOf(body?.schema ?? {})[0]?.text ?? '';
  return {
    id,
    method,
    path,
    summary,
    description: proseOf(described.description ?? ''),
    scope,
    parameters: (described.parameters ?? []).map((parameter) => ({
      name: parameter.name,
      kind: kindOf(parameter.schema as Json),
      place: parameter.in,
      needed: parameter.required,
      words: proseOf(parameter.description),
    })),
    body: body && { name, fields: fieldsOf(components.schemas[name] ?? {}) },
    answers: answersOf(described.responses),
    curl: curlOf(operation, described.parameters ?? [], body?.example, server),
  };
}

/** What it answers when it works; the ways to fail are the same for all, and stand in the table of errors. */
function answersOf(responses: Described['responses']): OperationView['answers'] {
  return Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { description = '', content }]) => ({
      status,
      kind: content ? kindOf(jsonOf(content).schema) : [],
      words: proseOf(description),
    }));
}

const jsonOf = (content: Json) => content['application/json'] as { schema: Json; example: unknown };
