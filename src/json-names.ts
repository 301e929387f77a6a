/** `redirectUris` as `redirect_uris`. */
type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : '';

/** `redirect_uris` as `redirectUris`. */
type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

type SnakeNames<T> = { [Name in keyof T as Snake<Name & string>]: T[Name] };
type CamelNames<T> = { [Name in keyof T as Camel<Name & string>]: T[Name] };

export const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The members of an object, or the fields of a schema, under the names that JSON has. What they hold stays as it is. */
export function snakeNames<T extends object>(value: T): SnakeNames<T> {
  return renamed(value, toSnake) as SnakeNames<T>;
}

/** The members of what came as JSON, under the names that the actions have. What they hold stays as it is. */
export function camelNames<T extends object>(value: T): CamelNames<T> {
  return renamed(value, toCamel) as CamelNames<T>;
}

const renamed = (value: object, rename: (name: string) => string) =>
  Object.fromEntries(Object.entries(value).map(([name, member]) => [rename(name), member]));
