import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import { isLanguage, type Language } from '../texts/languages.ts';
import { languageOfHeader } from '../texts/match.ts';
import { problemInWords } from '../texts/problems.ts';
import { inLanguage, speak, tellTimeOf } from '../texts/speech.ts';
import { timeZoneOf } from '../texts/zones.ts';
import type { OwnCookies } from './own-cookies.ts';

const YEAR = 365 * 86_400_000;
const HOUR = 3_600_000;
/** Where sign-ins of apps are. What somebody chooses there is stronger than what the app asks for, for as long as a sign-in takes. */
const SIGN_INS = '/interaction';

/** The language that a browser was told to use, in a cookie of its own: it says nothing of who that is. */
export interface ChosenLanguages {
  /** Goes around everything that makes pages. */
  readonly middleware: Middleware;
  /** @param to the page on which it was chosen; undefined keeps the language of the browser */
  keep(ctx: Context, language: Language | undefined, to: string): void;
}

/** @param isForPeople whether pages are answered at a path; programs are answered in English */
export function createChosenLanguages(own: OwnCookies, isForPeople: (path: string) => boolean): ChosenLanguages {
  z.config({ customError: problemInWords });
  const name = `${own.prefix}latchkey_language`;
  const nameHere = `${own.narrowPrefix}latchkey_language_here`;
  const of = (ctx: Context, cookie: string) => {
    const value = cookieOf(ctx, cookie);
    return isLanguage(value) ? value : undefined;
  };
  const common = { signed: false, httpOnly: true, sameSite: 'lax', secure: own.secure, overwrite: true } as const;
  return {
    middleware: (ctx, next) => {
      if (!isForPeople(ctx.path)) return next();
      return inLanguage('en', 'UTC', () => {
        speak(languageOfHeader(ctx.get('Accept-Language')), 'browser');
        speak(of(ctx, name), 'visitor');
        speak(of(ctx, nameHere), 'here');
        // A script of our pages tells it (views/scripts/zone.js).
        tellTimeOf(timeZoneOf(cookieOf(ctx, 'latchkey_zone')));
        return next();
      });
    },
    keep(ctx, language, to) {
      ctx.cookies.set(name, language ?? null, { ...common, path: own.path, maxAge: YEAR });
      if (!to.startsWith(`${SIGN_INS}/`)) return;
      const path = (own.path === '/' ? '' : own.path) + SIGN_INS;
      ctx.cookies.set(nameHere, language ?? null, { ...common, path, maxAge: HOUR });
    },
  };
}

/** Not by `ctx.cookies`, which settles whether the request came by https, before the name that it used is known. */
function cookieOf(ctx: Context, name: string): string | undefined {
  const pairs = ctx.get('Cookie').split('; ');
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
