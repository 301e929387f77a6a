import type { Context } from 'koa';
import { judgeAccess } from '../../access.ts';
import { browseApis, type ListedApi } from '../../apis/browse.ts';
import { findClient } from '../../clients/find-clients.ts';
import { textOf } from '../forms.ts';
import { leadOn, listRequest } from '../lists.ts';
import { counted } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { apiBadges, apiHref, teamOf } from './present.ts';

/** The catalogue. `?app=` is the app that somebody looks for an API for, and goes along. */
export function addApiList(area: Area): void {
  const { router, db, page } = area;
  router.get('/apis', async (ctx) => {
    const { by } = visitorOf(ctx);
    const mine = ctx.query.mine !== undefined;
    const forApp = await appToServe(ctx, area);
    const apis = await browseApis(db, { ...listRequest(ctx), mine }, by);
    const also = { ...(mine ? { mine: 'yes' } : {}), ...(forApp ? { app: forApp.id } : {}) };
    await page(ctx, 'apis/list', {
      apis: apis.rows.map((api) => present(api, forApp?.id)),
      list: keep(leadOn(ctx, apis), also),
      filters: [
        { href: '/apis', label: 'All that you may use', current: !mine },
        { href: '/apis?mine=yes', label: 'Of your teams', current: mine },
      ],
      mayPublish: mayPublish(ctx),
      forApp,
    });
  });
}

/** Whether there is a team that this visitor may publish an API for. */
function mayPublish(ctx: Context): boolean {
  const { by } = visitorOf(ctx);
  return [null, ...by.access.teams.keys()].some((team) => judgeAccess(by, 'api.write', team) === 'allowed');
}

async function appToServe(ctx: Context, { db }: Area) {
  const id = textOf(ctx.query.app);
  if (!id) return undefined;
  const { name } = await findClient(db, id, 'app.write', visitorOf(ctx).by);
  return { id, name, href: `/apps/${encodeURIComponent(id)}/apis` };
}

function present(api: ListedApi, appId: string | undefined) {
  const approvals = Number(api.approvalCount);
  return {
    href: appId ? `${apiHref(api.id)}?app=${encodeURIComponent(appId)}` : apiHref(api.id),
    name: api.name,
    identifier: api.identifier,
    description: firstSentences(api.description),
    team: teamOf(api.teamName),
    scopes: counted(Number(api.scopeCount), 'scope'),
    badges: [...apiBadges(api), ...(approvals > 0 ? [{ text: 'needs approval', tone: 'warn' } as const] : [])],
  };
}

/** As much of a description as a card holds. */
function firstSentences(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 160 ? `${line.slice(0, 159).trimEnd()}…` : line;
}

/** Adds what else is in the address to the links of a list. */
function keep<List extends { next: string | undefined; first: string | undefined }>(
  list: List,
  also: Record<string, string>,
): List {
  const add = (href: string | undefined) =>
    href === undefined || Object.keys(also).length === 0
      ? href
      : `${href}${href.includes('?') ? '&' : '?'}${new URLSearchParams(also)}`;
  return { ...list, next: add(list.next), first: add(list.first) };
}
