import type { Context, Middleware } from 'koa';
import type { By, HouseRules } from '../access.ts';
import { findActiveAccount } from '../accounts/accounts.ts';
import {
  endSession,
  type Flash,
  findSession,
  hashOf,
  leaveFlash,
  type PortalSession,
  replaceSession,
  startSession,
  takeFlash,
} from '../accounts/portal-sessions.ts';
import { speakTo } from '../accounts/preferences.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Account } from '../db/tables/tables.ts';
import { AppError } from '../errors.ts';
import { csrfToken, requireCsrf } from '../http/csrf.ts';
import { fromWhere } from '../http/network/browsers.ts';
import { ownCookies } from '../http/own-cookies.ts';
import { findAccess } from '../teams/members.ts';
import { redirect } from './answers.ts';
import { createKeptForms } from './forms/kept.ts';
import { readTicket, writeTicket } from './forms/tickets.ts';

/** Someone who is signed in, with what they may do as of this request. */
export interface Visitor {
  readonly account: Account;
  readonly by: By & Required<Pick<By, 'access'>>;
  readonly csrf: string;
  /** The hash of their session. */
  readonly portal: Uint8Array;
  /** When they gave their password last. */
  readonly authTime: Date;
}

export interface VisitParts {
  readonly rules: HouseRules;
  readonly db: Db;
  readonly clock: () => Date;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
}

/** A request that changes nothing: HEAD is GET without the page (RFC 9110 §9.3.2). */
export const isLook = ({ method }: Pick<Context, 'method'>) => method === 'GET' || method === 'HEAD';

/** A browser's visit to the portal: its cookie, who is signed in, and what the next page has to say. */
export function createVisits(parts: VisitParts) {
  const { rules, db, clock, issuer, cookieKeys } = parts;
  const kept = createKeptForms(parts);
  const { prefix, path, secure } = ownCookies(issuer);
  const cookieName = `${prefix}latchkey_portal`;
  const idOf = (ctx: Context) => ctx.cookies.get(cookieName, { signed: true });
  const setCookie = (ctx: Context, id: string | null) =>
    ctx.cookies.set(cookieName, id, {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      secure,
      path,
      overwrite: true,
    });

  const find = async (ctx: Context): Promise<Visitor | undefined> => {
    const id = idOf(ctx);
    const session = await findSession(db, id, clock());
    if (!id || !session?.accountId) return undefined;
    const [account, access] = await Promise.all([
      findActiveAccount(db, session.accountId),
      findAccess(db, session.accountId),
    ]);
    if (!account || !access) return undefined;
    speakTo(account);
    const actor = { type: 'account', id: account.id, ip: ctx.ip, requestId: ctx.state.requestId } as const;
    // The answer to a form is its page once more: what is sent from there is the same form.
    const page = isLook(ctx) ? undefined : readTicket(cookieKeys, ctx)?.page;
    const csrf = writeTicket(cookieKeys, { csrf: csrfToken(cookieKeys, id), accountId: account.id }, page);
    const authTime = new Date((session.authTime ?? 0) * 1000);
    return { account, by: { actor, access, rules, now: clock() }, csrf, portal: hashOf(id), authTime };
  };

  const visits = {
    find,
    session: (ctx: Context) => findSession(db, idOf(ctx), clock()),

    /** Starts a visit under a new id, in place of the one before. `epoch` is that of the sign-in. */
    async start(
      ctx: Context,
      session: Parameters<typeof startSession>[1],
      life: { seconds: number; epoch?: number | undefined; signInHash?: Uint8Array | undefined },
    ): Promise<string> {
      await endSession(db, idOf(ctx));
      const id = await startSession(db, session, { now: clock(), from: fromWhere(ctx), ...life });
      setCookie(ctx, id);
      return id;
    },

    /** Leaves something else in the visit, which goes on. */
    async replace(ctx: Context, session: PortalSession): Promise<void> {
      const id = idOf(ctx);
      if (id) await replaceSession(db, id, session);
    },

    async end(ctx: Context): Promise<void> {
      await endSession(db, idOf(ctx));
      setCookie(ctx, null);
    },

    /** @throws {AppError} csrf_failed */
    requireCsrf(ctx: Context): void {
      const token = readTicket(cookieKeys, ctx)?.csrf;
      requireCsrf(ctx, { cookieKeys, visit: idOf(ctx) ?? '', issuer, token });
    },

    /** Sends who is not signed in to the sign-in page, and back here afterwards. */
    required: (async (ctx, next) => {
      // The home page has checked already, because strangers see another page there.
      const visitor = (ctx.state.visitor as Visitor | undefined) ?? (await find(ctx));
      if (visitor) {
        ctx.state.visitor = visitor;
        return next();
      }
      const back = isLook(ctx) ? ctx.url : await kept.keep(ctx);
      if (!back) throw new AppError('signed_out');
      redirect(ctx, `/sign-in?to=${encodeURIComponent(back)}`);
    }) satisfies Middleware,

    /** Takes forms of this visit. One from before a new sign-in of the same person comes back to be looked at. */
    forms: (async (ctx, next) => {
      const visitor = visitorOf(ctx);
      const { account } = visitor;
      if (isLook(ctx)) {
        const back = await kept.find(ctx, account.id);
        if (back) {
          const csrf = writeTicket(
            cookieKeys,
            { csrf: csrfToken(cookieKeys, idOf(ctx) ?? ''), accountId: account.id },
            back.page,
          );
          ctx.state.visitor = { ...visitor, csrf } satisfies Visitor;
          ctx.state.kept = back.form;
        }
        return next();
      }
      try {
        visits.requireCsrf(ctx);
      } catch (error) {
        const back = await kept.keep(ctx, account.id);
        if (!back) throw error;
        return redirect(ctx, back);
      }
      await next();
      await kept.forgetSent(ctx, account.id);
    }) satisfies Middleware,

    /** Leaves a sentence, or a credential to show once, for the next page of this visit. */
    async leave(ctx: Context, flash: Flash, id = idOf(ctx)): Promise<void> {
      if (id) await leaveFlash(db, id, flash);
    },

    /**
     * What was left for the next page that somebody goes to. HEAD has no page, the answer to a form follows nothing, and of
     * what a script of ours asks for (Fetch Metadata: for no destination) people see a part.
     */
    async take(ctx: Context): Promise<Flash | undefined> {
      const id = idOf(ctx);
      return id && ctx.method === 'GET' && ctx.get('Sec-Fetch-Dest') !== 'empty' ? takeFlash(db, id) : undefined;
    },
  };
  return visits;
}

export type Visits = ReturnType<typeof createVisits>;

/** Who is signed in, behind `required`. */
export function visitorOf(ctx: Context): Visitor {
  return ctx.state.visitor as Visitor;
}

/** What only the browser of who is signed in has, as a text. */
export const browserOf = (ctx: Context): string => Buffer.from(visitorOf(ctx).portal).toString('hex');
