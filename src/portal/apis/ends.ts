import { deleteApi, suspendApi } from '../../apis/api-lifecycle.ts';
import { countUsers } from '../../subscriptions/lists.ts';
import { addConfirmation } from '../confirm.ts';
import { fieldsOf, textOf } from '../forms.ts';
import { counted } from '../moments.ts';
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
        title: `Suspend ${api.name}?`,
        crumbs: [{ href: apiHref(api.id), label: api.name }],
        consequences: [
          `No app gets tokens for it, and those that are out are refused. This concerns ${await usersOf(area, api.id)}.`,
          'Subscriptions stay as they are. When you resume the API, apps get new tokens by themselves.',
        ],
        reason: 'The people of these apps see it.',
        button: 'Suspend the API',
        cancel: apiHref(api.id),
      };
    },
    async act(ctx) {
      const { api } = await ownApiOf(ctx, area, 'mayWrite');
      await suspendApi(db, { id: api.id }, { reason: textOf(fieldsOf(ctx).reason) }, visitorOf(ctx).by);
      return { notice: `${api.name} is suspended. Its tokens are refused from now on.`, to: apiHref(api.id) };
    },
  });

  addConfirmation(area, '/apis/:api/delete', {
    async ask(ctx) {
      const { api } = await ownApiOf(ctx, area, 'mayWrite');
      return {
        title: `Delete ${api.name} for good?`,
        crumbs: [{ href: apiHref(api.id), label: api.name }],
        consequences: [
          `No app gets tokens for it, and those that are out are refused. This concerns ${await usersOf(area, api.id)}.`,
          'Its scopes, its roles and all subscriptions are removed. This cannot be undone.',
          'To try first whether anyone misses it, suspend it instead.',
        ],
        button: 'Delete the API',
        typed: api.name,
        cancel: apiHref(api.id),
      };
    },
    async act(ctx) {
      const { api } = await ownApiOf(ctx, area, 'mayWrite');
      await deleteApi(db, { id: api.id }, visitorOf(ctx).by);
      return { notice: `Deleted ${api.name}. Its tokens are refused from now on.`, to: '/apis' };
    },
  });
}

async function usersOf({ db }: Area, apiId: string): Promise<string> {
  const users = await countUsers(db, apiId);
  return users === 0 ? 'no app at the moment' : counted(users, 'app');
}
