import type { Context } from 'koa';
import type { OwnCookies } from './own-cookies.ts';

/** Between the click and the page of oidc-provider is one redirect. */
const SECONDS = 60;

/** Sign-outs that people have chosen on a page of ours already, with a CSRF token, and need not be asked about again. */
export interface ChosenSignOuts {
  /** Leaves word in a signed cookie, which no other site can make or send. */
  note(ctx: Context): void;
  /** Whether this browser's person has just chosen to; it counts once. */
  take(ctx: Context): boolean;
}

export function createChosenSignOuts({ clock, cookies }: { clock: () => Date; cookies: OwnCookies }): ChosenSignOuts {
  const { prefix, path, secure } = cookies;
  const name = `${prefix}latchkey_signing_out`;
  const set = (ctx: Context, value: string | null) =>
    ctx.cookies.set(name, value, {
      signed: true,
      httpOnly: true,
      sameSite: 'strict',
      secure,
      path,
      overwrite: true,
    });
  return {
    note: (ctx) => void set(ctx, String(clock().getTime())),
    take(ctx) {
      const at = ctx.cookies.get(name, { signed: true });
      if (at === undefined) return false;
      set(ctx, null);
      const age = clock().getTime() - Number(at);
      return age >= 0 && age < SECONDS * 1000;
    },
  };
}
