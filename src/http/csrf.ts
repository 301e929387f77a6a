import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../errors.ts';
import { placeOf } from './network/place.ts';

/**
 * A token for the forms of one visit: an HMAC of something that only this browser holds (the id in its cookie). Another
 * site can make a browser send the cookie, but not the token.
 */
export function csrfToken(cookieKeys: readonly string[], visit: string): string {
  return sign(cookieKeys[0] ?? '', visit);
}

/** @throws {AppError} csrf_failed when the token is not the visit's own, or the browser says that another site sent the form */
export function requireCsrf(
  ctx: Context,
  options: { cookieKeys: readonly string[]; visit: string; issuer: string; token: unknown },
): void {
  const { cookieKeys, visit, issuer, token } = options;
  requireSameSite(ctx, issuer);
  const presented = Buffer.from(typeof token === 'string' ? token : '');
  const matches = cookieKeys.some((key) => {
    const expected = Buffer.from(sign(key, visit));
    return expected.length === presented.length && timingSafeEqual(expected, presented);
  });
  if (!matches) throw new AppError('csrf_failed');
}

/** For a form that needs no visit. @throws {AppError} csrf_failed when the browser says that another site sent it */
export function requireSameSite(ctx: Context, issuer: string): void {
  const origin = ctx.get('Origin');
  if (origin && origin !== 'null' && origin !== placeOf(issuer).origin) throw new AppError('csrf_failed');
  if (ctx.get('Sec-Fetch-Site') === 'cross-site') throw new AppError('csrf_failed');
}

function sign(key: string, visit: string): string {
  return createHmac('sha256', key).update(`csrf:${visit}`).digest('base64url');
}
