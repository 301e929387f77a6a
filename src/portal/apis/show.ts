import type { Context } from 'koa';
import { judgeAccess } from '../../access.ts';
import { ADMIN_API } from '../../apis/admin-api.ts';
import { resumeApi } from '../../apis/api-lifecycle.ts';
import type { CatalogueApi } from '../../apis/catalogue/find-api.ts';
import { listClients } from '../../clients/list-clients.ts';
import type { Subscription } from '../../db/tables/catalogue.ts';
import { describeSigning } from '../../keys/signing-now.ts';
import { listSubscriptions } from '../../subscriptions/lists.ts';
import { requestSubscription } from '../../subscriptions/requests.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf, versionOf } from '../forms.ts';
import { inDate, inMoment, inSpan } from '../moments.ts';
import type { Area } from '../parts.ts';
import { listOf } from '../roles/presenter.ts';
import { visitorOf } from '../visits.ts';
import { apiOf, presentHead } from './head.ts';
import { apiHref, hintOf, presentScope, teamOf } from './present.ts';
import { presentOfApp } from './present-subscription.ts';
import { apiSnippets } from './snippets.ts';

/** An API as everyone sees it who may use it, and asking for it. */
export function addApiPage(area: Area): void {
  const { router, db, visits, outbox } = area;

  router.get('/apis/:api', (ctx) => show(ctx, area, firstForm(ctx)));

  router.post('/apis/:api/requests', async (ctx) => {
    const fields = fieldsOf(ctx);
    const { by } = visitorOf(ctx);
    const wanted = {
      clientId: textOf(fields.app),
      api: String(ctx.params.api),
      scopes: listOf(fields.scopes),
      reason: textOf(fields.reason),
    };
    try {
      const subscription = await requestSubscription(db, outbox, wanted, by);
      await visits.leave(ctx, { notice: outcomeOf(subscription) });
      redirect(ctx, `/apps/${encodeURIComponent(subscription.client_id)}/apis`);
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, area, form);
    }
  });

  router.post('/apis/:api/resume', async (ctx) => {
    const target = { id: String(ctx.params.api), version: versionOf(fieldsOf(ctx)) };
    const api = await resumeApi(db, target, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('apis.resumed', { api: api.name }) });
    redirect(ctx, apiHref(api.id));
  });
}

function outcomeOf({ state, scopes, pending_scopes: waiting }: Subscription): string {
  const live = state === 'active' ? t('apis.liveNow', { scopes: scopes.join(', ') }) : '';
  const asked = waiting ? t('apis.ownerWasAsked', { scopes: waiting.join(', ') || t('home.access') }) : '';
  return [live, asked].filter(Boolean).join(' ');
}

async function show(ctx: Context, area: Area, form: FormState): Promise<void> {
  const { db, page, issuer } = area;
  const { by } = visitorOf(ctx);
  const found = await apiOf(ctx, area);
  const { api, scopes } = found;
  const own = await listSubscriptions(db, { api: api.id, ownApps: true, limit: 50 }, by);
  await page(ctx, 'apis/show', {
    api: presentHead(ctx, found),
    description: api.description,
    docs: api.docs_url ?? undefined,
    team: teamOf(found.teamName),
    facts: factsOf(found),
    suspended: suspensionOf(found),
    scopes: scopes.map(presentScope),
    subscriptions: own.rows.map((row) => ({ ...presentOfApp(row, by.now), title: row.appName, detail: row.client_id })),
    ask: await askFor(ctx, area, found, form),
    snippets: apiSnippets(issuer, api, scopes),
    mayWrite: found.mayWrite,
    isOrdinary: api.id !== ADMIN_API,
  });
}

/** The form: one of the visitor's apps, and scopes. */
async function askFor(ctx: Context, { db }: Area, { api, scopes, teamSuspended }: CatalogueApi, form: FormState) {
  const { by } = visitorOf(ctx);
  if (api.suspended_at || teamSuspended) return undefined;
  const chosen = textOf(form.values.app) || textOf(ctx.query.app);
  const { rows } = await listClients(db, { limit: 100 }, by);
  const isThere = !chosen || rows.some(({ id }) => id === chosen);
  const sought = isThere ? [] : (await listClients(db, { search: chosen, limit: 1 }, by)).rows;
  const apps = [...sought, ...rows].filter(({ team_id }) => judgeAccess(by, 'app.write', team_id) === 'allowed');
  if (apps.length === 0) return undefined;
  const checked = listOf(form.values.scopes);
  return {
    action: `${apiHref(api.id)}/requests`,
    apps: apps.map(({ id, name }) => ({
      value: id,
      label: apps.some((other) => other.name === name && other.id !== id) ? `${name} (${id})` : name,
      chosen: id === chosen,
    })),
    scopes: scopes.map((scope) => ({
      name: scope.name,
      description: scope.description,
      hint: hintOf(scope),
      checked: checked.includes(scope.name),
    })),
    form,
  };
}

function factsOf({ api, signing }: CatalogueApi) {
  return [
    { label: t('apis.tokenLivesFact'), value: inSpan(api.token_lifetime) },
    { label: t('apis.signedWith'), value: describeSigning(signing, inMoment) },
    { label: t('apis.rolesInTokens'), value: api.roles_claim ? t('apis.inClaimRoles') : t('apis.no') },
    { label: t('apis.publishedFact'), value: inDate(api.created_at) },
  ];
}

function suspensionOf({ api, teamSuspended }: CatalogueApi): string | undefined {
  if (api.suspended_at) {
    return t('apis.suspendedOn', { date: inDate(api.suspended_at), reason: api.suspended_reason ?? '' });
  }
  return teamSuspended ? t('apis.teamSuspended') : undefined;
}
