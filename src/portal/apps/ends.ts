import type { Context } from 'koa';
import { z } from 'zod';
import { deleteClient, disableClient, enableClient } from '../../clients/lifecycle.ts';
import { AppError } from '../../errors.ts';
import { redirect } from '../answers.ts';
import { emptyForm, type FormState, readForm } from '../forms.ts';
import type { Area } from '../routes.ts';
import { visitorOf } from '../visits.ts';
import { appHref, appOf, presentHead } from './head.ts';

const Reason = z.object({
  reason: z
    .string()
    .trim()
    .min(1, 'Say why, in a few words: others see it here and in the audit trail.')
    .max(300, 'A reason has at most 300 characters.'),
});

/** Stopping an app, letting it start anew, and removing it. */
export function addAppEnds(area: Area): void {
  const { router, db, visits } = area;

  router.get('/apps/:id/disable', (ctx) => showDisable(ctx, area, emptyForm));
  router.post('/apps/:id/disable', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    const read = readForm(ctx, Reason);
    if (!read.ok) {
      ctx.status = 400;
      return showDisable(ctx, area, read.form);
    }
    await disableClient(db, { clientId: client.id, ...read.value }, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: `Stopped ${client.name}. Its tokens are refused from now on.` });
    redirect(ctx, appHref(client.id));
  });

  router.post('/apps/:id/enable', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    await enableClient(db, client.id, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: `${client.name} can get tokens again. Those from before stay refused.` });
    redirect(ctx, appHref(client.id));
  });

  router.get('/apps/:id/delete', (ctx) => showDelete(ctx, area));
  router.post('/apps/:id/delete', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    await deleteClient(db, { clientId: client.id }, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: `Deleted ${client.name}. Its tokens are refused from now on.` });
    redirect(ctx, '/apps');
  });
}

async function showDisable(ctx: Context, area: Area, form: FormState): Promise<void> {
  const client = await appOf(ctx, area, 'app.write');
  if (client.disabled_at) throw new AppError('conflict', { detail: 'This app is stopped already.' });
  await area.page(ctx, 'apps/end', {
    app: presentHead(ctx, client),
    form,
    kind: 'disable',
    title: 'Stop this app?',
    consequences: [
      'Its very next request for a token fails.',
      `Every token that it holds is refused${client.type === 'machine' ? '' : ', and people sign in to it again later'}.`,
      'You can let it start again whenever you like.',
    ],
    action: `${appHref(client.id)}/disable`,
    button: 'Stop the app',
    asksReason: true,
  });
}

async function showDelete(ctx: Context, area: Area): Promise<void> {
  const client = await appOf(ctx, area, 'app.write');
  await area.page(ctx, 'apps/end', {
    app: presentHead(ctx, client),
    form: emptyForm,
    kind: 'delete',
    title: 'Delete this app for good?',
    consequences: [
      'Its very next request for a token fails, and every token that it holds is refused.',
      'Its secrets, its subscriptions and what people allowed it are removed. Its client ID is never used again.',
      'This cannot be undone. To try first whether anyone misses it, stop it instead.',
    ],
    action: `${appHref(client.id)}/delete`,
    button: 'Delete the app',
    asksReason: false,
  });
}
