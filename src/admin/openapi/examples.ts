import type { Json } from './schemas.ts';

/** A value that fits a schema: the first of its examples, else one made of those of the members that it needs. */
export function exampleOf(schema: Json, named: Readonly<Record<string, Json>>): unknown {
  if (typeof schema.$ref === 'string') return exampleOf(named[schema.$ref.split('/').at(-1) ?? ''] ?? {}, named);
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return exampleOf(choices[0] as Json, named);
  if (schema.type === 'array') return [exampleOf((schema.items ?? {}) as Json, named)];
  if (schema.type === 'integer') return 1;
  if (schema.type === 'boolean') return false;
  if (schema.type !== 'object') return 'text';
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Json>; required?: string[] };
  return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {}, named)]));
}
