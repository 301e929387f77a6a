import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { randomText } from '../../http/random-text.ts';

/** What every form of the portal carries, in its field `csrf`. */
export interface Ticket {
  /** Of the visit (http/csrf.ts). */
  readonly csrf: string;
  /** For whom the page was made, signed by us: also without the visit, nobody gets a form that was another's. */
  readonly accountId: string;
  /** The name of the page, new with each one: what is sent twice is known by it, and what comes back keeps it. */
  readonly page: string;
}

/** Parts of a ticket that nobody else can make: an attacker has none of this person's. */
export function writeTicket(
  cookieKeys: readonly string[],
  { csrf, accountId }: Omit<Ticket, 'page'>,
  page: string = randomText(),
): string {
  return [csrf, accountId, sign(cookieKeys[0] ?? '', accountId), page].join('.');
}

/** The ticket of a form that was sent, when it is one of ours. */
export function readTicket(cookieKeys: readonly string[], ctx: Context): Ticket | undefined {
  const text = (ctx.request.body as { csrf?: unknown } | undefined)?.csrf;
  const [csrf, accountId, mark, page, ...more] = typeof text === 'string' ? text.split('.') : [];
  if (!csrf || !accountId || !mark || !page || more.length > 0 || !isPageName(page)) return undefined;
  return cookieKeys.some((key) => isSame(sign(key, accountId), mark)) ? { csrf, accountId, page } : undefined;
}

export const isPageName = (text: string) => /^[\w-]{1,64}$/.test(text);

function isSame(expected: string, presented: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(presented)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const sign = (key: string, accountId: string) =>
  createHmac('sha256', key).update(`form-of:${accountId}`).digest('base64url').slice(0, 22);
