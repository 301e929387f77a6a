import type { Context } from 'koa';
import type { Kysely } from 'kysely';
import type { By } from '../access.ts';
import type { MasterKey } from '../config.ts';
import type { Tables } from '../db/tables/tables.ts';
import { AppError } from '../errors.ts';
import { once } from '../idempotency/once.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { PictureDecoder } from '../pictures/decoder.ts';
import type { Answer, Operation } from './operation.ts';
import { readIfMatch } from './versions.ts';

export interface RunParts {
  readonly db: Kysely<Tables>;
  readonly outbox: Outbox;
  readonly pictures: PictureDecoder;
  readonly masterKeys: readonly MasterKey[];
}

type Made = Answer<unknown> | undefined;
/** A request, and what must hold before its repetition gets the first answer. */
interface Work {
  readonly handle: (db: Kysely<Tables>) => Promise<Made>;
  readonly requireStill: (db: Kysely<Tables>, made: Made) => Promise<void>;
}

/** Parses what came, does it, and answers. Who calls is known by now. */
export async function run(parts: RunParts, ctx: Context, operation: Operation, prefix: string): Promise<void> {
  const by = ctx.state.by as By;
  const call = {
    by,
    outbox: parts.outbox,
    pictures: parts.pictures,
    params: operation.params?.parse(ctx.params) ?? {},
    query: operation.query?.parse({ ...ctx.query }) ?? {},
    body: operation.body?.parse(bodyOf(ctx)),
    version: versionOf(operation, ctx.get('If-Match')),
  };
  const answer = await repeatable(parts, ctx, operation, {
    handle: async (db) => (await operation.handle({ ...call, db })) ?? undefined,
    requireStill: async (db, made) => void (await operation.idempotent?.({ ...call, db }, made?.body)),
  });
  ctx.status = operation.status;
  ctx.set('Cache-Control', 'no-store');
  if (!answer) return;
  if (answer.version !== undefined) ctx.set('ETag', `"${answer.version}"`);
  if (answer.location) ctx.set('Location', prefix + answer.location);
  // What leaves is checked as well: a member that the document does not name is not sent.
  if (operation.result) ctx.body = operation.result.parse(answer.body);
}

/** A caller that sends If-Match relies on it, so an operation without a version refuses the header. */
function versionOf({ method, conditional }: Operation, ifMatch: string): number | undefined {
  if (method === 'GET') return undefined;
  const version = readIfMatch(ifMatch);
  if (version === undefined || conditional) return version;
  const detail = 'What this changes has no version of its own. Send it without If-Match.';
  throw new AppError('precondition_failed', { detail });
}

/** With an Idempotency-Key the work is done once; a repetition gets the first answer, if the caller could still have it made. */
async function repeatable({ db, masterKeys }: RunParts, ctx: Context, operation: Operation, work: Work): Promise<Made> {
  const key = operation.idempotent ? ctx.get('Idempotency-Key') : '';
  if (key === '') return work.handle(db);
  if (!/^[\x21-\x7E]{8,200}$/.test(key)) {
    throw new AppError('invalid_request', { detail: 'An Idempotency-Key has 8 to 200 visible ASCII characters.' });
  }
  const by = ctx.state.by as By;
  const request = JSON.stringify([ctx.method, ctx.path, ctx.request.body]);
  const caller = `${by.actor.type} ${by.actor.id}`;
  const { answer, repeated } = await once(db, masterKeys, { caller, key, request, now: by.now }, work);
  if (repeated) ctx.set('Idempotency-Replayed', 'true');
  return answer;
}

function bodyOf(ctx: Context): unknown {
  if (!ctx.is('json')) throw new AppError('invalid_request', { detail: 'Send the body as application/json.' });
  return ctx.request.body;
}
