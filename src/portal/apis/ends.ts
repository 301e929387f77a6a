import { deleteApi, suspendApi } from '../../apis/api-lifecycle.ts';
import { countUsers } from '../../subscriptions/lists.ts';
import { t } from '../../texts/texts.ts';
import { addConfirmation } from '../confirm.ts';
import { fieldsOf, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { ownApiOf } from './head.ts';
import { apiHref } from './present.ts';

/** Stopping an API, and removing it. Each says first how many apps it concerns. */
export function addApiEnds(area: Area): void {
  const { db } = area;

  addConfirmation(area, '/apis/:api/suspend', {
    async ask(ctx) {
      const { api } = await ownApiOf(ctx, area, 'mayWrite');
      return {
        title: t('apis.suspendTitle', { api: api.name }),
        crumbs: [{ href: apiHref(api.id), label: api.name }],
        consequences: [t('apis.endConcerns', { users: await usersOf(area, api.id) }), t('apis.suspendKeeps')],
        reason: t('apis.suspendReason'),
        button: t('apis.suspendButton'),
        cancel: apiHref(api.id),
      };
    },
    async act(ctx) {
      const { api } = await ownApiOf(ctx, area, 'mayWrite');
      await suspendApi(db, { id: api.id }, { reason: textOf(fieldsOf(ctx).reason) }, visitorOf(ctx).by);
      return { notice: t('apis.isSuspended', { api: api.name }), to: apiHref(api.id) };
    },
  });

  addConfirmation(area, '/apis/:api/delete', {
    async ask(ctx) {
      const { api } = await ownApiOf(ctx, area, 'mayWrite');
      return {
        title: t('apis.deleteTitle', { api: api.name }),
        crumbs: [{ href: apiHref(api.id), label: api.name }],
        consequences: [
          t('apis.endConcerns', { users: await usersOf(area, api.id) }),
          t('apis.deleteRemoves'),
          t('apis.deleteTry'),
        ],
        button: t('apis.deleteButton'),
        typed: api.name,
        cancel: apiHref(api.id),
      };
    },
    async act(ctx) {
      const { api } = await ownApiOf(ctx, area, 'mayWrite');
      await deleteApi(db, { id: api.id }, visitorOf(ctx).by);
      return { notice: t('apis.deleted', { api: api.name }), to: '/apis' };
    },
  });
}

async function usersOf({ db }: Area, apiId: string): Promise<string> {
  const users = await countUsers(db, apiId);
  return users === 0 ? t('apis.noAppNow') : t('lists.apps', { count: users });
}
