import type { Context } from 'koa';
import { judgeAccess } from '../../access.ts';
import { ApiQuery, browseApis, countApis, type ListedApi } from '../../apis/catalogue/list-apis.ts';
import { findClient } from '../../clients/find-clients.ts';
import { t } from '../../texts/texts.ts';
import { textOf } from '../forms.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import { inNumber, lastUse } from '../moments.ts';
import type { Area } from '../parts.ts';
import { teamChoice } from '../teams/choice.ts';
import { visitorOf } from '../visits.ts';
import { apiBadges, apiHref, teamOf } from './present.ts';

const sorts = () => [
  { sort: '-created', label: t('lists.newestFirst') },
  { sort: 'name', label: t('words.name') },
  { sort: '-subscribers', label: t('apis.subscribers') },
  { sort: '-used', label: t('apps.lastUsed') },
];

const state = (): Choice => ({
  name: 'state',
  label: t('lists.state'),
  any: t('lists.all'),
  options: [
    { value: 'active', label: t('lists.active') },
    { value: 'suspended', label: t('lists.suspended') },
  ],
});

/** The catalogue. `?app=` is the app that somebody looks for an API for, and goes along. */
export function addApiList(area: Area): void {
  const { router, db, page } = area;
  router.get('/apis', async (ctx) => {
    const { by } = visitorOf(ctx);
    const query = readList(ctx, ApiQuery);
    const forApp = await appToServe(ctx, area);
    const [apis, count, team] = await Promise.all([
      browseApis(db, query, by),
      countApis(db, query, by),
      teamChoice(db, by),
    ]);
    const also = forApp ? { app: forApp.id } : {};
    const to = (more: Record<string, string>) => {
      const fields = new URLSearchParams({ ...also, ...more }).toString();
      return fields ? `/apis?${fields}` : '/apis';
    };
    await page(ctx, 'apis/list', {
      apis: apis.rows.map((api) => present(api, by.now, forApp?.id)),
      list: leadOn(ctx, apis, {
        query,
        count,
        noun: 'API',
        sorts: sorts(),
        usual: '-created',
        filters: [...team, state()],
        also: { ...also, ...(query.mine ? { mine: 'yes' } : {}) },
      }),
      filters: [
        { href: to({}), label: t('apis.allThatYouMayUse'), current: !query.mine },
        { href: to({ mine: 'yes' }), label: t('apis.ofYourTeams'), current: query.mine },
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

function present(api: ListedApi, now: Date, appId: string | undefined) {
  const approvals = Number(api.approvalCount);
  return {
    href: appId ? `${apiHref(api.id)}?app=${encodeURIComponent(appId)}` : apiHref(api.id),
    name: api.name,
    identifier: api.identifier,
    description: firstSentences(api.description),
    team: teamOf(api.teamName),
    scopes: inNumber(Number(api.scopeCount)),
    subscribers: api.subscribers === null ? '' : inNumber(Number(api.subscribers)),
    used: api.subscribers === null ? '' : lastUse(api.lastUsedAt, now),
    badges: [...apiBadges(api), ...(approvals > 0 ? [{ text: t('apis.needsApproval'), tone: 'warn' } as const] : [])],
  };
}

/** As much of a description as a card holds. */
function firstSentences(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 160 ? `${line.slice(0, 159).trimEnd()}…` : line;
}
