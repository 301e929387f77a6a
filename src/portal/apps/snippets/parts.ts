import type { Client } from '../../../db/tables/catalogue.ts';

export interface SnippetParts {
  readonly issuer: string;
  readonly client: Client;
  /** The identifier of an API that it may use, and what it may have of that. */
  readonly api: string | undefined;
  readonly scopes?: readonly string[];
  /** Known only when it has just been made. */
  readonly secret: string | undefined;
}

/** In single quotes, for a shell and for those who read .env files. */
export const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
