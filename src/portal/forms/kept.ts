import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { findKeptForm, forgetKeptForm, KEPT_SECONDS, type KeptForm, keepForm } from '../../accounts/kept-forms.ts';
import type { Db } from '../../db/connections/connection.ts';
import { requireSameSite } from '../../http/csrf.ts';
import { ownCookies } from '../../http/own-cookies.ts';
import { randomText } from '../../http/random-text.ts';
import { KEPT_FIELDS, pickKept } from './kept-fields.ts';
import { isPageName, readTicket } from './tickets.ts';

interface Parts {
  readonly db: Db;
  readonly clock: () => Date;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
}

/** The path of the route that the form was sent to: the first that matches answers. */
const routeOf = (ctx: Context) =>
  String((ctx as unknown as RouterContext).matched?.find(({ methods }) => methods.includes('POST'))?.path);

/** Says in an address which form was kept, so that the page is as ever when one comes to it otherwise. */
const BACK = 'kept';

/**
 * Forms that were sent after their session had ended. What was typed comes back on their page, to the person whom the form
 * was made for and in the browser that sent it (docs/decisions/0042). It is shown, and not sent by itself.
 */
export function createKeptForms({ db, clock, issuer, cookieKeys }: Parts) {
  const { prefix, path, secure } = ownCookies(issuer);
  const name = `${prefix}latchkey_form`;
  const idOf = (ctx: Context) => ctx.cookies.get(name, { signed: true });
  /** All forms of a browser are kept under one id, which lasts as long as the latest of them. */
  const setCookie = (ctx: Context, id: string) =>
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
      const place = { accountId: ticket.accountId, id: idOf(ctx) ?? randomText(), page: ticket.page };
      if (!(await keepForm(db, place, { action: ctx.path, page, values }, clock()))) return undefined;
      setCookie(ctx, place.id);
      return `${page}?${BACK}=${ticket.page}`;
    },

    /** What was kept for the page in the address. It stays until it is sent, or half an hour is over. */
    async find(ctx: Context, accountId: string): Promise<{ form: KeptForm; page: string } | undefined> {
      const id = idOf(ctx);
      const page = ctx.query[BACK];
      if (!id || ctx.method !== 'GET' || typeof page !== 'string' || !isPageName(page)) return undefined;
      const form = await findKeptForm(db, { accountId, id, page }, clock());
      return form?.page === ctx.path ? { form, page } : undefined;
    },

    /** Forgets it, when it has done what it was to do. */
    async forgetSent(ctx: Context, accountId: string): Promise<void> {
      const id = idOf(ctx);
      const page = readTicket(cookieKeys, ctx)?.page;
      if (!id || !page || ctx.status !== 303 || !KEPT_FIELDS[routeOf(ctx)]) return;
      await forgetKeptForm(db, { accountId, id, page });
    },
  };
}

export type KeptForms = ReturnType<typeof createKeptForms>;
