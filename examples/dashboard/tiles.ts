import { ResponseBodyError } from 'openid-client';
import type { createTokenSource } from '../dashboard-backend.ts';
import { TokenRefused } from '../dashboard-backend.ts';
import type { Apis, Orders, Revenue, Task } from './apis.ts';
import type { Person, SignIn } from './sign-in.ts';

/** What came of a tile. A refusal says why, and what somebody can do about it. */
export type Result<T> = { ok: true; content: T } | { ok: false; why: string; what: string; href?: string };

export interface Tiles {
  readonly orders: Result<Orders>;
  readonly revenue: Result<Revenue>;
  readonly tasks: Result<Task[]>;
}

type TokenSource = ReturnType<typeof createTokenSource>;

interface Parts {
  readonly apis: Apis;
  readonly sources: { readonly orders: TokenSource; readonly revenue: TokenSource };
  readonly issuer: string;
}

/** All tiles at once; one that fails leaves the others as they are. */
export async function readTiles({ apis, sources, issuer }: Parts, person: Person, signIn: SignIn): Promise<Tiles> {
  const [orders, revenue, tasks] = await Promise.all([
    tile(issuer, async () => read<Orders>(`${apis.reports}/orders`, await sources.orders.get())),
    tile(issuer, async () => read<Revenue>(`${apis.reports}/revenue`, await sources.revenue.get())),
    tile(issuer, async () => read<Task[]>(`${apis.tasks}/tasks`, await signIn.tokenOf(person))),
  ]);
  return { orders, revenue, tasks };
}

async function tile<T>(issuer: string, load: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, content: await load() };
  } catch (error) {
    if (error instanceof TokenRefused) {
      const what = 'The owner of the API can approve the request.';
      return {
        ok: false,
        why: `The dashboard may not read this: ${error.description}`,
        what,
        href: `${issuer}/approvals`,
      };
    }
    if (error instanceof ResponseBodyError) {
      const why = `Your consent or your sign-in has ended: ${error.error_description ?? error.error}`;
      return { ok: false, why, what: 'Sign in again.', href: '/sign-in' };
    }
    if (error instanceof ApiRefused)
      return { ok: false, why: error.message, what: 'The owner of the API can say more.' };
    console.error(error);
    return { ok: false, why: 'The API did not answer.', what: 'Try again in a moment.' };
  }
}

class ApiRefused extends Error {}

async function read<T>(url: string, token: string): Promise<T> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(3000),
  });
  // 401 and 403 say in this header what is missing (RFC 6750 §3).
  const description = /error_description="([^"]*)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  if (!response.ok)
    throw new ApiRefused(`The API answered ${response.status}${description ? `: ${description}` : ''}.`);
  return (await response.json()) as T;
}
