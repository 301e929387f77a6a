import { countSubscriptions, listSubscriptions, SubscriptionQuery } from '../../subscriptions/lists.ts';
import { t } from '../../texts/texts.ts';
import { appOf, presentHead as presentApp } from '../apps/head.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { ownApiOf, presentHead } from './head.ts';
import { presentOfApi, presentOfApp } from './present-subscription.ts';

const Asked = SubscriptionQuery.pick({ limit: true, cursor: true, search: true, state: true, sort: true });

const sorts = (name: 'app' | 'api') => [
  { sort: '-created', label: t('lists.newestFirst') },
  { sort: 'created', label: t('lists.oldestFirst') },
  { sort: name, label: t('words.name') },
];

const state = (): Choice => ({
  name: 'state',
  label: t('lists.state'),
  any: t('lists.all'),
  options: [
    { value: 'active', label: t('apis.live') },
    { value: 'pending', label: t('apis.waitingState') },
    { value: 'suspended', label: t('lists.suspended') },
    { value: 'denied', label: t('apis.deniedState') },
    { value: 'cancelled', label: t('apis.endedState') },
  ],
});

const CARDS = { isCards: true, usual: '-created' } as const;

/** Subscriptions from both sides: of an API, for those who have it, and of an app. */
export function addSubscriptionLists(area: Area): void {
  const { router, db, page } = area;

  router.get('/apis/:api/subscriptions', async (ctx) => {
    const { by } = visitorOf(ctx);
    const found = await ownApiOf(ctx, area, 'mayRead');
    const query = readList(ctx, Asked);
    const ofApi = { ...query, api: found.api.id };
    const [listed, count] = await Promise.all([listSubscriptions(db, ofApi, by), countSubscriptions(db, ofApi, by)]);
    await page(ctx, 'apis/subscribers', {
      api: presentHead(ctx, found),
      subscriptions: listed.rows.map((row) => presentOfApi(row, by.now)),
      list: leadOn(ctx, listed, { query, count, noun: 'app', filters: [state()], sorts: sorts('app'), ...CARDS }),
    });
  });

  router.get('/apps/:id/apis', async (ctx) => {
    const { by } = visitorOf(ctx);
    const client = await appOf(ctx, area, 'app.read');
    const query = readList(ctx, Asked);
    const ofApp = { ...query, app: client.id };
    const [listed, count] = await Promise.all([listSubscriptions(db, ofApp, by), countSubscriptions(db, ofApp, by)]);
    await page(ctx, 'apis/app', {
      app: presentApp(ctx, client),
      subscriptions: listed.rows.map((row) => presentOfApp(row, by.now)),
      list: leadOn(ctx, listed, { query, count, noun: 'API', filters: [state()], sorts: sorts('api'), ...CARDS }),
      choose: `/apis?app=${encodeURIComponent(client.id)}`,
    });
  });
}
