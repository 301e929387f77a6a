import type { FieldView, Kind, Prose } from '../../views/models/api-reference.ts';
import type { Json } from '../openapi/schemas.ts';

/** Where the reference is, and its page of what requests and answers are made of. */
export const DOCS = '/api/v1/docs';
export const OBJECTS = `${DOCS}/objects`;

/** Text in which code stands between backticks. */
export function proseOf(text: string): Prose {
  return text
    .split('`')
    .map((piece, index) => ({ text: piece, code: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** What a schema lets through, in words. */
export function kindOf(schema: Json): Kind {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return [{ text: name, href: `${OBJECTS}#${name}` }];
  }
  const choices = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (choices) return joined(choices.map(kindOf));
  if (Array.isArray(schema.type)) return joined(schema.type.map((type) => kindOf({ ...schema, type })));
  if (schema.type === 'array') return [plain('list of '), ...kindOf((schema.items ?? {}) as Json)];
  if (Array.isArray(schema.enum)) return [plain(schema.enum.map((value) => `"${value}"`).join(' or '))];
  if ('const' in schema) return [plain(`"${schema.const}"`)];
  if (schema.format === 'date-time') return [plain('time')];
  return [plain(`${schema.type ?? 'anything'}${rangeOf(schema)}`)];
}

const plain = (text: string) => ({ text, href: undefined });

const joined = (kinds: Kind[]): Kind => kinds.flatMap((kind, index) => (index === 0 ? kind : [plain(' or '), ...kind]));

function rangeOf({ minimum, maximum, maxLength, default: preset }: Json): string {
  const range = minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
  const length = maxLength === undefined ? '' : ` of at most ${maxLength} characters`;
  const usual = typeof preset === 'number' ? `, ${preset} unless you say so` : '';
  return range + length + usual;
}

/** The members of an object, in their order. */
export function fieldsOf({ properties = {}, required = [] }: Json): FieldView[] {
  return Object.entries(properties as Record<string, Json>).map(([name, schema]) => ({
    name,
    kind: kindOf(schema),
    place: '',
    needed: (required as string[]).includes(name),
    words: proseOf(String(schema.description ?? '')),
  }));
}
