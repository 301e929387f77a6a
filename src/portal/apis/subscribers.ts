import { listSubscriptions } from '../../subscriptions/lists.ts';
import { appOf, presentHead as presentApp } from '../apps/head.ts';
import { leadOn, listRequest } from '../lists.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { ownApiOf, presentHead } from './head.ts';
import { presentOfApi, presentOfApp } from './present-subscription.ts';

/** Subscriptions from both sides: of an API, for those who have it, and of an app. */
export function addSubscriptionLists(area: Area): void {
  const { router, db, page } = area;

  router.get('/apis/:api/subscriptions', async (ctx) => {
    const { by } = visitorOf(ctx);
    const found = await ownApiOf(ctx, area, 'mayRead');
    const listed = await listSubscriptions(db, { ...listRequest(ctx), api: found.api.id }, by);
    await page(ctx, 'apis/subscribers', {
      api: presentHead(ctx, found),
      subscriptions: listed.rows.map((row) => presentOfApi(row, by.now)),
      list: leadOn(ctx, listed),
    });
  });

  router.get('/apps/:id/apis', async (ctx) => {
    const { by } = visitorOf(ctx);
    const client = await appOf(ctx, area, 'app.read');
    const listed = await listSubscriptions(db, { ...listRequest(ctx), app: client.id }, by);
    await page(ctx, 'apis/app', {
      app: presentApp(ctx, client),
      subscriptions: listed.rows.map((row) => presentOfApp(row, by.now)),
      list: leadOn(ctx, listed),
      choose: `/apis?app=${encodeURIComponent(client.id)}`,
    });
  });
}
