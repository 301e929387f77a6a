import { z } from 'zod';
import { wordsFor } from './vocabulary.ts';

export type Json = Record<string, unknown>;

/** The named schemas of the document, as they come up. */
export interface Schemas {
  /** The schema as JSON Schema (2020-12). What has an id is put among the named ones, and referred to. */
  add(schema: z.ZodType, io: 'input' | 'output'): Json;
  all(): Record<string, Json>;
}

export function collectSchemas(): Schemas {
  const named = new Map<string, Json>();
  return {
    add(schema, io) {
      const options = { target: 'draft-2020-12', io, unrepresentable: 'any' } as const;
      const { $schema: _dialect, $defs = {}, ...root } = z.toJSONSchema(schema, options) as Json;
      for (const [name, found] of Object.entries($defs as Record<string, Json>))
        keep(named, name, tidy(found, name, io));
      return tidy(root, undefined, io);
    },
    all: () => Object.fromEntries([...named].sort(([a], [b]) => a.localeCompare(b))),
  };
}

/** One name is one schema; what is asked for and what is answered have names of their own. */
function keep(named: Map<string, Json>, name: string, schema: Json): void {
  const titled = { title: name, ...schema };
  const known = named.get(name);
  if (known && JSON.stringify(known) !== JSON.stringify(titled)) throw new Error(`two schemas are named ${name}`);
  named.set(name, titled);
}

/** The same schema in the words of the document: with descriptions, and without what only says how we check it. */
function tidy(schema: Json, name: string | undefined, io: 'input' | 'output'): Json {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !isNoise(schema, key, value, io))
      .map(([key, value]) => {
        if (key === '$ref') return [key, String(value).replace('#/$defs/', '#/components/schemas/')];
        if (key === 'properties') return [key, describeAll(value as Record<string, Json>, name, io)];
        return [key, tidyAny(value, io)];
      }),
  );
}

function tidyAny(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) return value.map((item) => tidyAny(item, io));
  return typeof value === 'object' && value !== null ? tidy(value as Json, undefined, io) : value;
}

function describeAll(properties: Record<string, Json>, of: string | undefined, io: 'input' | 'output') {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      { ...wordsFor(name, of), ...tidy(schema, undefined, io) },
    ]),
  );
}

function isNoise(schema: Json, key: string, value: unknown, io: 'input' | 'output'): boolean {
  if (key === 'pattern') return schema.format === 'date-time';
  if (key === 'propertyNames') return true;
  // Answers may get more members later, and a reader that refuses unknown ones would break.
  if (key === 'additionalProperties') return io === 'output' && value === false;
  return (key === 'maximum' || key === 'minimum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
}
