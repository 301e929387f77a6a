import { timeZoneNow } from '../../texts/speech.ts';
import { t } from '../../texts/texts.ts';
import { readApiUsage } from '../../usage/api-usage.ts';
import { readAppUsage } from '../../usage/app-usage.ts';
import { FAILURES_A_MINUTE } from '../../usage/batch.ts';
import { countAlike } from '../../usage/failed-requests.ts';
import { listRequests, RequestLogQuery } from '../../usage/request-log.ts';
import { RETENTION } from '../../usage/retention.ts';
import { ownApiOf, presentHead } from '../apis/head.ts';
import { appHref, appOf, presentHead as presentApp } from '../apps/head.ts';
import { shareOf } from '../charts/share.ts';
import { fromNow, inNumber } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { periodOf, presentLog, presentOutcomes, presentUsage } from './present.ts';

/** What apps do: an app's own requests with their reasons, and an API's consumers. */
export function addUsage(area: Area): void {
  const { router, db, page } = area;

  router.get('/apps/:id/requests', async (ctx) => {
    const { by } = visitorOf(ctx);
    const clientId = String(ctx.params.id);
    const period = periodOf(ctx.query.period);
    const query = RequestLogQuery.parse({ before: ctx.query.before, show: ctx.query.show });
    const asked = { clientId, period, timeZone: timeZoneNow() };
    const [client, { points, outcomes }, log, alike] = await Promise.all([
      appOf(ctx, area, 'app.read'),
      readAppUsage(db, asked, by),
      listRequests(db, { clientId, ...query }, by),
      countAlike(db, asked, by),
    ]);
    const address = (changes: Record<string, string>) =>
      `${appHref(client.id)}/requests?${new URLSearchParams({ period, show: query.show, ...changes })}`;
    await page(ctx, 'usage/app', {
      app: presentApp(ctx, client),
      usage: presentUsage(points, period, (other) => address({ period: other })),
      // The causes are told below, with what the server said.
      outcomes: presentOutcomes(outcomes).map((row) => ({ ...row, cause: undefined })),
      filters: [
        { href: address({ show: 'all' }), label: t('usage.all'), current: query.show === 'all' },
        { href: address({ show: 'failures' }), label: t('usage.failuresOnly'), current: query.show === 'failures' },
      ],
      ...presentLog(log.requests, alike, by.now),
      kept: t('usage.kept', { failures: FAILURES_A_MINUTE, days: RETENTION.requests }),
      older: log.next === undefined ? undefined : address({ before: String(log.next) }),
      inspector: '/tools/inspector',
    });
  });

  router.get('/apis/:api/usage', async (ctx) => {
    const { by } = visitorOf(ctx);
    const found = await ownApiOf(ctx, { db }, 'mayRead');
    const period = periodOf(ctx.query.period);
    const { points, consumers, outcomes } = await readApiUsage(
      db,
      { apiId: found.api.id, period, timeZone: timeZoneNow() },
      by,
    );
    const api = presentHead(ctx, found);
    await page(ctx, 'usage/api', {
      api,
      usage: presentUsage(points, period, (other) => `${api.href}/usage?period=${other}`),
      outcomes: presentOutcomes(outcomes),
      consumers: consumers.map(({ clientId, name, calls, failures, lastHour }) => ({
        name: name ?? clientId,
        calls: inNumber(calls),
        failures: inNumber(failures),
        share: shareOf(failures, calls),
        last: fromNow(lastHour, by.now),
      })),
    });
  });
}
