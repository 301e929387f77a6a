import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { findKeptForm, forgetKeptForm, KEPT_SECONDS, type KeptForm, keepForm } from '../../accounts/kept-forms.ts';
import type { Db } from '../../db/connections/connection.ts';
import { requireSameSite } from '../../http/csrf.ts';
import { ownCookies } from '../../http/own-cookies.ts';
import { KEPT_FIELDS, pickKept } from './kept-fields.ts';
import { readTicket } from './tickets.ts';

interface Parts {
  readonly db: Db;
  readonly clock: () => Date;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
}

/** The path of the route that the form was sent to: the first that matches answers. */
const routeOf = (ctx: Context) =>
  String((ctx as unknown as RouterContext).matched?.find(({ methods }) => methods.includes('POST'))?.path);

/** Says in an address that its form was kept, so that the page is as ever when one comes to it otherwise. */
const BACK = 'kept';

/**
 * Forms that were sent after their session had ended. What was typed comes back on their page, to the person whom the form
 * was made for and in the browser that sent it (docs/decisions/0042). It is shown, and not sent by itself.
 */
export function createKeptForms({ db, clock, issuer, cookieKeys }: Parts) {
  const { prefix, path, secure } = ownCookies(issuer);
  const name = `${prefix}latchkey_form`;
  const idOf = (ctx: Context) => ctx.cookies.get(name, { signed: true });
  const setCookie = (ctx: Context, id: string | null) =>
    ctx.cookies.set(name, id, {
      ...{ signed: true, httpOnly: true, sameSite: 'lax', secure, path, overwrite: true },
      maxAge: KEPT_SECONDS * 1000,
    });

  return {
    /**
     * Keeps what a form says. @returns the address of the page that has it; undefined when nothing is kept: the form is
     * not one of ours, or somebody else's than `accountId`
     */
    async keep(ctx: Context, accountId?: string): Promise<string | undefined> {
      const route = routeOf(ctx);
      const kept = KEPT_FIELDS[route];
      const ticket = readTicket(cookieKeys, ctx);
      if (!kept || !ticket || (accountId ?? ticket.accountId) !== ticket.accountId) return undefined;
      requireSameSite(ctx, issuer);
      const page = kept.page?.(ctx.path) ?? ctx.path;
      const values = pickKept(route, ctx.request.body as Record<string, unknown>);
      const id = await keepForm(db, ticket.accountId, { action: ctx.path, page, values }, clock());
      if (!id) return undefined;
      setCookie(ctx, id);
      return `${page}?${BACK}=1`;
    },

    /** What was kept for the page in the address. It stays until it is sent, or half an hour is over. */
    async find(ctx: Context, accountId: string): Promise<KeptForm | undefined> {
      const id = idOf(ctx);
      if (!id || ctx.method !== 'GET' || ctx.query[BACK] === undefined) return undefined;
      const kept = await findKeptForm(db, accountId, id, clock());
      return kept?.page === ctx.path ? kept : undefined;
    },

    /** Forgets it, when it has done what it was to do. */
    async forgetSent(ctx: Context, accountId: string): Promise<void> {
      const id = idOf(ctx);
      if (!id || ctx.status !== 303 || !KEPT_FIELDS[routeOf(ctx)]) return;
      await forgetKeptForm(db, accountId, id);
      setCookie(ctx, null);
    },
  };
}

export type KeptForms = ReturnType<typeof createKeptForms>;
