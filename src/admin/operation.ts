import type { z } from 'zod';
import type { By } from '../access.ts';
import type { Database } from '../db/connections/connection.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { PictureDecoder } from '../pictures/decoder.ts';
import type { AdminScopeName } from '../teams/token-scopes.ts';
import type { TagName } from './openapi/tags.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** What an operation is given: everything in it has been checked. */
export interface Call<Params, Query, Body> {
  readonly db: Database['db'];
  readonly by: By;
  readonly outbox: Outbox;
  readonly pictures: PictureDecoder;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The number in If-Match; undefined without one. */
  readonly version: number | undefined;
}

/** What an operation answers with; `version` becomes the ETag, `location` the header of a 201. */
export interface Answer<Body> {
  readonly body: Body;
  readonly version?: number;
  readonly location?: string;
}

/** One operation of the admin API: what routes, documents, checks and tests are all made from. */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  /** Its name in the OpenAPI document and in generated clients. */
  readonly id: string;
  readonly method: Method;
  /** Below /api/v1, with `{parameters}` in braces. */
  readonly path: string;
  readonly tag: TagName;
  readonly summary: string;
  readonly description?: string;
  readonly scope: AdminScopeName;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly status: 200 | 201 | 204;
  readonly result?: Result;
  /**
   * Takes an Idempotency-Key. Before a repetition gets the first answer, this requires that the caller could still make
   * the thing, and that the thing is still there.
   * @throws {AppError} not_found, forbidden
   */
  readonly idempotent?: (
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
    made: z.input<Result>,
  ) => Promise<unknown> | unknown;
  /** Takes If-Match. */
  readonly conditional?: true;
  readonly handle: (
    call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => Promise<Answer<z.input<Result>>> | Promise<void>;
}

/** Lets TypeScript find out the types of one operation, and forgets them in the list of all. */
export function operation<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Result extends z.ZodType,
>(definition: Operation<Params, Query, Body, Result>): Operation {
  return definition as Operation;
}
