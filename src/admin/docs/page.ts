import { type ErrorCode, errorCodes, wordsOf } from '../../errors.ts';
import { createFullText, type Piece } from '../../full-text.ts';
import { ADMIN_SCOPES } from '../../teams/token-scopes.ts';
import { t } from '../../texts/texts.ts';
import { presentFound } from '../../views/findings.ts';
import type { OperationView, SectionView } from '../../views/models/api-reference.ts';
import type { HelpFrame } from '../../views/models/help.ts';
import type { ViewModels } from '../../views/models.ts';
import type { OpenApi } from '../openapi/document.ts';
import type { Json } from '../openapi/schemas.ts';
import { TAGS } from '../openapi/tags.ts';
import type { Operation } from '../operation.ts';
import { curlOf, tokenByCurl } from './curl.ts';
import { DOCS, fieldsOf, kindOf, OBJECTS, proseOf } from './words.ts';

/** The OpenAPI document as pages for people: an overview, one page for each resource, and one for what they exchange. */
export function openReference(document: OpenApi, operations: readonly Operation[]) {
  const server = document.servers[0]?.url ?? '';
  const { schemas } = document.components;
  const sections: readonly SectionView[] = Object.entries(TAGS).map(([title, words]) => ({
    href: `${DOCS}/${nameOf(title)}`,
    title,
    words,
    operations: operations
      .filter(({ tag }) => tag === title)
      .map((operation) => presentOperation(operation, document, server)),
  }));
  const objects = Object.entries(schemas).map(([name, schema]) => ({
    name,
    kind: schema.oneOf ? kindOf(schema) : [],
    fields: fieldsOf(schema),
  }));
  const errors = (Object.keys(errorCodes) as ErrorCode[]).map((code) => ({
    code,
    ...errorCodes[code],
  }));
  const find = createFullText([
    ...sections.flatMap(piecesOf),
    ...objects.map(({ name, fields }) => ({
      href: `${OBJECTS}#${name}`,
      title: name,
      of: 'Objects',
      text: fields.map(({ name: field, words }) => `${field} ${textOf(words)}`).join(' '),
      weight: 0.6,
    })),
    ...errors.map(({ code, message, hint }) => ({
      href: `${DOCS}#${code}`,
      title: code,
      of: 'Errors',
      text: `${message} ${hint}`,
      weight: 0.6,
    })),
  ]);
  const frame = (address: string, here: HelpFrame['sections']): HelpFrame => ({
    area: 'reference',
    groups: [
      {
        title: t('help.reference'),
        pages: [
          { href: DOCS, label: t('reference.overview'), ours: true },
          { href: OBJECTS, label: t('reference.objects'), ours: true },
        ],
      },
      { title: t('help.resources'), pages: sections.map(({ href, title }) => ({ href, label: title })) },
    ].map(({ title, pages }) => ({ title, pages: pages.map((page) => ({ ...page, current: page.href === address })) })),
    sections: here,
  });

  return {
    /** @param search what is looked for; empty for nothing */
    overview: (search: string): ViewModels['admin/overview'] => ({
      frame: frame(
        DOCS,
        (['start', 'scopes', 'operations', 'objects', 'errors'] as const).map((part) => ({
          ...on(part, t(`reference.${part}`)),
          ours: true,
        })),
      ),
      introduction: String((document.info as Json).description)
        .split('\n\n')
        .map((paragraph) => proseOf(paragraph.replaceAll('\n', ' '))),
      server,
      token: tokenByCurl(server),
      scopes: Object.entries(ADMIN_SCOPES).map(([name, { description }]) => ({ name, words: description })),
      sections,
      objects: objects.map(({ name }) => ({ name, href: `${OBJECTS}#${name}` })),
      errors: errors.map(({ code, status }) => ({ code, status, ...wordsOf({ code, detail: undefined }) })),
      found: presentFound(search, search === '' ? undefined : find(search)),
    }),
    /** @returns undefined when there is no such resource */
    resource(name: string): ViewModels['admin/resource'] | undefined {
      const section = sections.find(({ href }) => href === `${DOCS}/${name}`);
      return (
        section && {
          frame: frame(
            section.href,
            section.operations.map(({ id, summary }) => on(id, summary)),
          ),
          section,
        }
      );
    },
    objects: (): ViewModels['admin/objects'] => ({
      frame: frame(
        OBJECTS,
        objects.map(({ name }) => on(name, name)),
      ),
      objects,
    }),
  };
}

const on = (anchor: string, title: string) => ({ anchor, title, depth: 2 });
const nameOf = (title: string) => title.toLowerCase().replaceAll(' ', '-');
const textOf = (prose: OperationView['description']) => prose.map(({ text }) => text).join('');

const piecesOf = ({ href, title, operations }: SectionView): readonly Piece[] =>
  operations.map((operation) => ({
    href: `${href}#${operation.id}`,
    title: operation.summary,
    of: title,
    text: [
      `${operation.method} ${operation.path} ${operation.id} ${operation.scope}.`,
      textOf(operation.description),
      ...[...operation.parameters, ...(operation.body?.fields ?? [])].map(({ name }) => name),
    ].join(' '),
  }));

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
    body: body && { name, href: `${OBJECTS}#${name}`, fields: fieldsOf(components.schemas[name] ?? {}) },
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
