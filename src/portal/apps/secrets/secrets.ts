import type { Context } from 'koa';
import { SECRET_POLICY } from '../../../clients/secrets/policy.ts';
import { rotateSecret } from '../../../clients/secrets/rotation.ts';
import { addSecret, type ListedSecret, listSecrets, removeSecret } from '../../../clients/secrets/secrets.ts';
import { isLive } from '../../../clients/secrets/values.ts';
import { AppError } from '../../../errors.ts';
import { t } from '../../../texts/texts.ts';
import { redirect } from '../../answers.ts';
import { type Made, makeOnce } from '../../forms/once.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../../forms.ts';
import type { Area } from '../../parts.ts';
import { visitorOf } from '../../visits.ts';
import { appHref, appOf, presentHead } from '../head.ts';
import { endingOptions, KEPT_HOURS, lifetimeOptions, readRotation, readSecret } from './form.ts';
import { presentSecret } from './present.ts';

export function addSecretPages(area: Area): void {
  const { router, db, visits, clock } = area;

  router.get('/apps/:id/secrets/new', (ctx) => showForm(ctx, area, firstForm(ctx)));

  router.post('/apps/:id/secrets', async (ctx) => {
    const clientId = String(ctx.params.id);
    await orShowAgain(ctx, area, async () => {
      const wanted = { clientId, ...readSecret(fieldsOf(ctx), clock()) };
      await makeOnce(area, ctx, async (db) => {
        const secret = await addSecret(db, wanted, visitorOf(ctx).by);
        return shownOnce(clientId, secret, t('apps.addedSecret', { name: secret.name }));
      });
    });
  });

  router.get('/apps/:id/secrets/:secret/rotate', (ctx) => showForm(ctx, area, firstForm(ctx)));

  router.post('/apps/:id/secrets/:secret/rotate', async (ctx) => {
    const target = { clientId: String(ctx.params.id), secretId: String(ctx.params.secret) };
    await orShowAgain(ctx, area, async () => {
      const rotation = readRotation(fieldsOf(ctx), clock());
      await makeOnce(area, ctx, async (db) => {
        const secret = await rotateSecret(db, { ...target, ...rotation }, visitorOf(ctx).by);
        return shownOnce(target.clientId, secret, t('apps.madeSecret', { name: secret.name }));
      });
    });
  });

  router.get('/apps/:id/secrets/:secret/revoke', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    const { secret, all } = await secretOf(ctx, area);
    const row = presentSecret(client.id, secret, all, clock());
    const live = all.filter(({ expires_at }) => isLive(expires_at, clock()));
    const isLast = live.length === 1 && live[0]?.id === secret.id;
    await area.page(ctx, 'apps/revoke-secret', {
      app: presentHead(ctx, client),
      secret: row,
      isLast,
      action: row.revokeHref,
    });
  });

  router.post('/apps/:id/secrets/:secret/revoke', async (ctx) => {
    const target = { clientId: String(ctx.params.id), secretId: String(ctx.params.secret) };
    await removeSecret(db, target, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('apps.revokedSecret') });
    redirect(ctx, `${appHref(target.clientId)}/credentials`);
  });
}

const shownOnce = (clientId: string, { secret }: { secret: string }, notice: string): Made => ({
  to: `${appHref(clientId)}/credential`,
  flash: { notice, credential: { clientId, secret } },
});

async function orShowAgain(ctx: Context, area: Area, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const form = refusedForm(ctx, error);
    ctx.status = 400;
    await showForm(ctx, area, form);
  }
}

async function showForm(ctx: Context, area: Area, form: FormState): Promise<void> {
  const client = await appOf(ctx, area, 'app.write');
  const old = ctx.params.secret === undefined ? undefined : (await secretOf(ctx, area)).secret;
  await area.page(ctx, 'apps/new-secret', {
    app: presentHead(ctx, client),
    form: { ...form, values: { hours: KEPT_HOURS, ...form.values } },
    lifetimes: lifetimeOptions(textOf(form.values.days) || String(SECRET_POLICY.defaultDays)),
    old: old && { id: old.id, name: old.name, action: `${appHref(client.id)}/secrets/${old.id}/rotate` },
    endings: endingOptions(textOf(form.values.when) || 'after'),
  });
}

/** The secret in the address, among the others of its app. @throws {AppError} not_found */
async function secretOf(ctx: Context, { db }: Area): Promise<{ secret: ListedSecret; all: ListedSecret[] }> {
  const { id, secret: secretId } = ctx.params;
  const all = await listSecrets(db, String(id), visitorOf(ctx).by);
  const secret = all.find((one) => one.id === secretId);
  if (!secret) throw new AppError('not_found', { detail: t('refusals.noSecret', { app: id, secret: secretId }) });
  return { secret, all };
}
