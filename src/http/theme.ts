import type { Context } from 'koa';
import { isTheme, type Theme } from '../views/theme.ts';
import type { OwnCookies } from './own-cookies.ts';

const YEAR = 365 * 86_400_000;

/** The colors that a browser was told to use, in a cookie of its own: it says nothing of who that is. */
export interface ChosenThemes {
  of(ctx: Context): Theme;
  keep(ctx: Context, theme: Theme): void;
}

export function createChosenThemes({ prefix, path, secure }: OwnCookies): ChosenThemes {
  const name = `${prefix}latchkey_theme`;
  return {
    of(ctx) {
      const value = ctx.cookies.get(name, { signed: false });
      return isTheme(value) ? value : 'system';
    },
    keep(ctx, theme) {
      const options = { signed: false, httpOnly: true, sameSite: 'lax', secure, path, overwrite: true } as const;
      // What is the case anyway needs no cookie.
      ctx.cookies.set(name, theme === 'system' ? null : theme, { ...options, maxAge: YEAR });
    },
  };
}
