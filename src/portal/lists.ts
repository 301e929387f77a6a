import type { Context } from 'koa';
import type { Listing } from '../db/pages.ts';
import type { ListView } from '../views/models/lists.ts';

/** What of a list was asked for in the address: `search`, `cursor`. @see db/pages.ts */
export function listRequest(ctx: Context): { search?: string; cursor?: string } {
  const { search, cursor } = ctx.query;
  return {
    ...(typeof search === 'string' && search.trim() !== '' ? { search } : {}),
    ...(typeof cursor === 'string' && cursor !== '' ? { cursor } : {}),
  };
}

/** How a page of a list leads on. */
export function leadOn(ctx: Context, { next }: Pick<Listing<unknown>, 'next'>): ListView {
  const { search, cursor } = listRequest(ctx);
  const to = (parameters: Record<string, string>) => {
    const query = new URLSearchParams({ ...(search ? { search } : {}), ...parameters }).toString();
    return query ? `${ctx.path}?${query}` : ctx.path;
  };
  return { search: search ?? '', next: next && to({ cursor: next }), first: cursor && to({}) };
}
