import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import type { Pending, Person } from './sign-in.ts';

/** Tokens stay in here. */
export interface Session {
  /** A sign-in that is under way: what its answer is checked against. */
  readonly pending?: Pending;
  readonly person?: Person;
}

const COOKIE = 'dashboard_session';
/** Anybody can begin a sign-in, so there is an end to them: the oldest goes. */
const MOST = 1000;

/** In memory: gone with a restart. A real app keeps them in its database, encrypted and with an expiry. */
export function createSessions({ secure }: { secure: boolean }) {
  const sessions = new Map<string, Session>();
  const nameOf = (ctx: Context) => ctx.cookies.get(COOKIE) ?? '';
  return {
    of: (ctx: Context): Session | undefined => sessions.get(nameOf(ctx)),
    open(ctx: Context, session: Session): void {
      const [oldest] = sessions.keys();
      if (sessions.size >= MOST && oldest !== undefined) sessions.delete(oldest);
      const name = randomBytes(32).toString('base64url');
      sessions.set(name, session);
      ctx.cookies.set(COOKIE, name, { httpOnly: true, sameSite: 'lax', secure });
    },
    /** @returns the session that it was */
    end(ctx: Context): Session | undefined {
      const session = sessions.get(nameOf(ctx));
      sessions.delete(nameOf(ctx));
      ctx.cookies.set(COOKIE, null);
      return session;
    },
  };
}
