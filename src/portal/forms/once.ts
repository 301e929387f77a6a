import type { Context } from 'koa';
import type { Kysely } from 'kysely';
import type { Flash } from '../../accounts/portal-sessions.ts';
import type { Tables } from '../../db/tables/tables.ts';
import { once } from '../../idempotency/once.ts';
import { redirect } from '../answers.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { readTicket } from './tickets.ts';

/** What a form has made: where it is looked at, and what the page there says once. */
export interface Made {
  readonly to: string;
  readonly flash: Flash;
}

/** For so long the same form gets a credential that was made with it again: an answer may have been lost. */
const AGAIN_MS = 10 * 60_000;

/**
 * Makes something by a form, once: the same form with the same in it, sent again by a second click or by going back, leads to
 * what was made first. With something else in it, it is another one. `make` has to use the database that it gets.
 */
export async function makeOnce(
  { db, cookieKeys, masterKeys, visits }: Area,
  ctx: Context,
  make: (db: Kysely<Tables>) => Promise<Made>,
): Promise<{ repeated: boolean }> {
  const { account, by } = visitorOf(ctx);
  const { csrf: _csrf, ...fields } = ctx.request.body as Record<string, unknown>;
  const request = JSON.stringify([ctx.path, fields]);
  const key = `${readTicket(cookieKeys, ctx)?.page} ${request}`;
  const { answer, repeated } = await once(
    db,
    masterKeys,
    { caller: `portal ${account.id}`, key, request, now: by.now },
    {
      handle: async (trx) => ({ ...(await make(trx)), at: by.now.getTime() }),
      // The page that it leads to asks for the right to see what was made.
      requireStill: async () => {},
    },
  );
  const isFresh = by.now.getTime() - answer.at < AGAIN_MS;
  await visits.leave(ctx, isFresh ? answer.flash : { notice: answer.flash.notice });
  redirect(ctx, answer.to);
  return { repeated };
}
