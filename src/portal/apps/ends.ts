import type { Context } from 'koa';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { deleteClient, disableClient, enableClient } from '../../clients/lifecycle.ts';
import { AppError } from '../../errors.ts';
import { digestOf, requireShown } from '../../http/shown.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { type Done, requireTyped } from '../confirm.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import type { PageOf } from '../shell.ts';
import { visitorOf } from '../visits.ts';
import { appHref, appOf, presentHead } from './head.ts';

/** Stopping an app, letting it start anew, and removing it. */
export function addAppEnds(area: Area): void {
  const { router, db, visits } = area;

  /** A page that asks, and its form, which is about what the page says. */
  const ending = (
    path: string,
    ask: (ctx: Context, client: ClientDetails) => Question,
    act: (ctx: Context, client: ClientDetails) => Promise<Done>,
  ) => {
    router.get(path, async (ctx) => {
      const client = await appOf(ctx, area, 'app.write');
      await show(ctx, area, client, ask(ctx, client), firstForm(ctx));
    });
    router.post(path, async (ctx) => {
      const client = await appOf(ctx, area, 'app.write');
      const question = ask(ctx, client);
      try {
        requireShown(ctx, meaningOf(client, question));
        requireTyped(ctx, question.typed);
        const { notice, to } = await act(ctx, client);
        await visits.leave(ctx, { notice });
        redirect(ctx, to);
      } catch (error) {
        const form = refusedForm(ctx, error);
        ctx.status = 400;
        await show(ctx, area, client, question, form);
      }
    });
  };

  ending('/apps/:id/disable', askDisable, async (ctx, client) => {
    const reason = textOf(fieldsOf(ctx).reason);
    await disableClient(db, { clientId: client.id, reason }, visitorOf(ctx).by);
    return { notice: t('apps.stopped', { name: client.name }), to: appHref(client.id) };
  });

  router.post('/apps/:id/enable', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    await enableClient(db, client.id, visitorOf(ctx).by);
    await visits.leave(ctx, { notice: t('apps.enabled', { name: client.name }) });
    redirect(ctx, appHref(client.id));
  });

  ending('/apps/:id/delete', askDelete, async (ctx, client) => {
    await deleteClient(db, { clientId: client.id }, visitorOf(ctx).by);
    return { notice: t('apps.deleted', { name: client.name }), to: '/apps' };
  });
}

type Question = Omit<PageOf<'apps/end'>, 'form' | 'shown'>;

/** What is asked, and by whom the app is looked after, who may have changed too. */
const meaningOf = (client: ClientDetails, question: Question) => [question, client.team_name];

function show(ctx: Context, area: Area, client: ClientDetails, question: Question, form: FormState): Promise<void> {
  return area.page(ctx, 'apps/end', { ...question, form, shown: digestOf(meaningOf(client, question)) });
}

function askDisable(ctx: Context, client: ClientDetails): Question {
  if (client.disabled_at) throw new AppError('conflict', { detail: t('refusals.appStopped') });
  return {
    app: presentHead(ctx, client),
    kind: 'disable',
    title: t('apps.stopTitle'),
    consequences: [
      t('apps.stopFails'),
      client.type === 'machine' ? t('apps.stopTokens') : t('apps.stopTokensAndPeople'),
      t('apps.stopAgain'),
    ],
    action: `${appHref(client.id)}/disable`,
    button: t('apps.stop'),
    asksReason: true,
  };
}

function askDelete(ctx: Context, client: ClientDetails): Question {
  return {
    app: presentHead(ctx, client),
    kind: 'delete',
    title: t('apps.deleteTitle', { name: client.name }),
    consequences: [t('apps.deleteFails'), t('apps.deleteRemoves'), t('apps.deleteForGood')],
    action: `${appHref(client.id)}/delete`,
    button: t('apps.delete'),
    typed: client.name,
    asksReason: false,
  };
}
