import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import type { OwnCookies } from '../../http/own-cookies.ts';
import { emailKey } from '../../names/addresses.ts';

const HALF_A_YEAR = 180 * 86_400_000;

/** Browsers in which somebody has signed in before. */
export interface KnownBrowsers {
  /** A name for this browser if this person, by their address, has signed in with it; undefined for any other. */
  recognize(ctx: Context, email: string): string | undefined;
  /** Gives the browser a cookie that proves it from now on, in place of the one before. */
  remember(ctx: Context, email: string): void;
}

/** The cookie is a random name with an HMAC that ties it to one person: nobody makes one, and it tells nothing of who it was. */
export function createKnownBrowsers({
  cookieKeys,
  cookies: { prefix, path, secure },
}: {
  cookieKeys: readonly string[];
  cookies: OwnCookies;
}): KnownBrowsers {
  const cookie = `${prefix}latchkey_known`;
  return {
    recognize(ctx, email) {
      const [name = '', proof = ''] = ctx.cookies.get(cookie, { signed: false })?.split('.') ?? [];
      const presented = Buffer.from(proof);
      const isProof = cookieKeys.some((key) => {
        const expected = Buffer.from(prove(key, name, email));
        return expected.length === presented.length && timingSafeEqual(expected, presented);
      });
      return isProof ? name : undefined;
    },
    remember(ctx, email) {
      const name = randomBytes(16).toString('base64url');
      ctx.cookies.set(cookie, `${name}.${prove(cookieKeys[0] ?? '', name, email)}`, {
        signed: false,
        httpOnly: true,
        sameSite: 'lax',
        secure,
        path,
        maxAge: HALF_A_YEAR,
      });
    },
  };
}

function prove(key: string, name: string, email: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['known browser', name, emailKey(email)]))
    .digest('base64url');
}
