import type { Context } from 'koa';
import { type CatalogueApi, findCatalogueApi } from '../../apis/catalogue/find-api.ts';
import { AppError } from '../../errors.ts';
import { t } from '../../texts/texts.ts';
import type { ApiHead } from '../../views/models/apis.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { apiBadges, apiHref } from './present.ts';

/** The API in the address, as this visitor sees it. @throws {AppError} not_found */
export function apiOf(ctx: Context, { db }: Pick<Area, 'db'>): Promise<CatalogueApi> {
  return findCatalogueApi(db, String(ctx.params.api), visitorOf(ctx).by);
}

/**
 * The same for pages of its owners. Who just finds it in the catalogue is told of no such page.
 * @throws {AppError} not_found, forbidden
 */
export async function ownApiOf(
  ctx: Context,
  area: Pick<Area, 'db'>,
  right: 'mayRead' | 'mayWrite',
): Promise<CatalogueApi> {
  const found = await apiOf(ctx, area);
  if (!found.mayRead) throw new AppError('not_found', { detail: t('refusals.noApi', { id: ctx.params.api }) });
  if (!found[right]) throw new AppError('forbidden');
  return found;
}

/** The tabs are for those who have it. */
export function presentHead(ctx: Context, { api, mayRead, mayWrite }: CatalogueApi): ApiHead {
  const href = apiHref(api.id);
  const tabs = [
    { href, label: t('apis.overview') },
    { href: `${href}/protect`, label: t('protect.title') },
    { href: `${href}/subscriptions`, label: t('apis.subscribers') },
    { href: `${href}/roles`, label: t('apis.roles') },
    { href: `${href}/usage`, label: t('apis.usage') },
    ...(mayWrite ? [{ href: `${href}/edit`, label: t('apis.edit') }] : []),
  ];
  return {
    name: api.name,
    href,
    identifier: api.identifier,
    badges: apiBadges(api),
    tabs: mayRead ? tabs.map((tab) => ({ ...tab, current: ctx.path === tab.href })) : [],
  };
}
