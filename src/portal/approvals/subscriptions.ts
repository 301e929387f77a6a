import type { Context } from 'koa';
import { AppError } from '../../errors.ts';
import { digestOf, requireShown } from '../../http/shown.ts';
import {
  endSubscription,
  narrowSubscription,
  resumeSubscription,
  suspendSubscription,
} from '../../subscriptions/lifecycle.ts';
import { findSubscription, type ListedSubscription } from '../../subscriptions/lists.ts';
import { withdrawRequest } from '../../subscriptions/requests.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { apiHref } from '../apis/present.ts';
import { subscriptionHref } from '../apis/present-subscription.ts';
import { addConfirmation } from '../confirm.ts';
import { emptyForm, type FormState, fieldsOf, firstForm, refusedForm, textOf, versionOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { listOf } from '../roles/presenter.ts';
import { visitorOf } from '../visits.ts';

type Right = 'mayAsk' | 'mayDecide' | 'either';

/** Changes of one subscription, by the team of the app or that of the API. */
export function addSubscriptions(area: Area): void {
  addEnds(area);
  addNarrowing(area);
  const { router, db, visits } = area;

  router.post('/subscriptions/:subscription/withdraw', async (ctx) => {
    const row = await subscriptionOf(ctx, area, 'mayAsk');
    await withdrawRequest(db, targetOf(ctx), visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('approvals.withdrew', { api: row.apiName }) });
    redirect(ctx, homeOf(row, 'app'));
  });

  router.post('/subscriptions/:subscription/resume', async (ctx) => {
    const row = await subscriptionOf(ctx, area, 'mayDecide');
    await resumeSubscription(db, targetOf(ctx), visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('approvals.resumed', { app: row.appName }) });
    redirect(ctx, homeOf(row, 'api'));
  });
}

function addEnds(area: Area): void {
  const { db, outbox } = area;

  addConfirmation(area, '/subscriptions/:subscription/suspend', {
    async ask(ctx) {
      const row = await subscriptionOf(ctx, area, 'mayDecide');
      return {
        title: t('approvals.suspendAsk', { app: row.appName }),
        crumbs: [{ href: homeOf(row, 'api'), label: row.apiName }],
        consequences: [t('approvals.suspendStops', { api: row.apiName }), t('approvals.suspendKeeps')],
        reason: t('approvals.suspendReason'),
        button: t('approvals.suspend'),
        cancel: homeOf(row, 'api'),
      };
    },
    async act(ctx) {
      const row = await subscriptionOf(ctx, area, 'mayDecide');
      await suspendSubscription(db, outbox, targetOf(ctx), reasonOf(ctx), visitorOf(ctx).by);
      return { notice: t('approvals.suspended', { app: row.appName }), to: homeOf(row, 'api') };
    },
  });

  addConfirmation(area, '/subscriptions/:subscription/cancel', {
    async ask(ctx) {
      const row = await subscriptionOf(ctx, area, 'either');
      const home = homeOf(row, row.mayAsk ? 'app' : 'api');
      return {
        title: t('approvals.revokeAsk', { app: row.appName, api: row.apiName }),
        crumbs: [{ href: home, label: row.mayAsk ? row.appName : row.apiName }],
        consequences: [t('approvals.revokeStops'), t('approvals.revokeAnew')],
        reason: t('approvals.revokeReason'),
        button: t('approvals.revoke'),
        cancel: home,
      };
    },
    async act(ctx) {
      const row = await subscriptionOf(ctx, area, 'either');
      await endSubscription(db, outbox, targetOf(ctx), reasonOf(ctx), visitorOf(ctx).by);
      const notice = t('approvals.revoked', { app: row.appName, api: row.apiName });
      return { notice, to: homeOf(row, row.mayAsk ? 'app' : 'api') };
    },
  });
}

function addNarrowing(area: Area): void {
  const { router, db, page, visits } = area;

  const show = async (ctx: Context, form: FormState) => {
    const row = await subscriptionOf(ctx, area, 'either');
    const home = homeOf(row, row.mayDecide ? 'api' : 'app');
    const kept = form !== emptyForm ? listOf(form.values.scopes) : row.scopes;
    await page(ctx, 'apis/narrow', {
      title: t('approvals.narrowTitle', { app: row.appName, api: row.apiName }),
      crumbs: [{ href: home, label: row.mayDecide ? row.apiName : row.appName }],
      action: `${subscriptionHref(row.id)}/narrow`,
      cancel: home,
      version: String(row.version),
      shown: digestOf(meaningOf(row)),
      scopes: row.scopes.map((name) => ({ name, description: '', hint: '', checked: kept.includes(name) })),
      form,
    });
  };

  router.get('/subscriptions/:subscription/narrow', (ctx) => show(ctx, firstForm(ctx)));
  router.post('/subscriptions/:subscription/narrow', async (ctx) => {
    const row = await subscriptionOf(ctx, area, 'either');
    const fields = fieldsOf(ctx);
    try {
      requireShown(ctx, meaningOf(row));
      const kept = { scopes: listOf(fields.scopes), note: textOf(fields.note) };
      const { scopes } = await narrowSubscription(db, targetOf(ctx), kept, visitorOf(ctx).by);
      await visits.leave(ctx, { notice: t('approvals.narrowed', { app: row.appName, scopes: scopes.join(', ') }) });
      redirect(ctx, homeOf(row, row.mayDecide ? 'api' : 'app'));
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });
}

/** The subscription in the address, for who may do that with it. @throws {AppError} not_found, forbidden */
async function subscriptionOf(ctx: Context, { db }: Area, right: Right): Promise<ListedSubscription> {
  const row = await findSubscription(db, String(ctx.params.subscription), visitorOf(ctx).by);
  const may = right === 'either' ? row.mayAsk || row.mayDecide : row[right];
  if (!may) throw new AppError('forbidden');
  return row;
}

const meaningOf = ({ appName, appTeamName, apiName, scopes }: ListedSubscription) => [
  [appName, appTeamName, apiName],
  scopes,
];

const targetOf = (ctx: Context) => ({
  id: String(ctx.params.subscription),
  version: versionOf(fieldsOf(ctx)),
});

const reasonOf = (ctx: Context) => ({ reason: textOf(fieldsOf(ctx).reason) });

/** Where one comes from: the list of the app, or that of the API. */
const homeOf = (row: ListedSubscription, side: 'app' | 'api') =>
  side === 'app' ? `/apps/${encodeURIComponent(row.client_id)}/apis` : `${apiHref(row.api_id)}/subscriptions`;
