import { parse } from 'node:querystring';
import type { Context } from 'koa';
import { isWellEncoded } from '../http/input/guard.ts';
import { MAX_BODY } from '../http/input/read-ahead.ts';
import type { AtOnce } from '../http/serving/at-once.ts';

/** Each means that a request has something special about it. */
const SPECIAL_HEADERS = ['dpop', 'origin', 'oauth-client-attestation', 'oauth-client-attestation-pop'];
const FORM_TYPE = /^application\/x-www-form-urlencoded(; ?charset=utf-8)?$/i;

/** Whether a request is a form for exactly this path, with nothing special in its headers. */
export function isPlainPost(ctx: Context, path: string, atOnce: AtOnce): boolean {
  if (!atOnce.isFor(ctx, 'POST', path)) return false;
  const { headers } = ctx.req;
  if (!FORM_TYPE.test(headers['content-type'] ?? '') || !(Number(headers['content-length']) <= MAX_BODY)) return false;
  return SPECIAL_HEADERS.every((name) => headers[name] === undefined);
}

/** Name → the one value that it has, which is not empty. */
export type Form = ReadonlyMap<string, string>;

/** A form in which every name has one value that is not empty; undefined for any other. */
export function readForm(body: string): Form | undefined {
  if (!isWellEncoded(body) || !/^[\x21-\x7E]*$/.test(body)) return undefined;
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(parse(body))) {
    if (typeof value !== 'string' || value === '') return undefined;
    values.set(name, value);
  }
  return values;
}

/** An unknown parameter sends a request on: what it means is not decided here. */
export const hasOnly = (form: Form, known: ReadonlySet<string>) => [...form.keys()].every((name) => known.has(name));
