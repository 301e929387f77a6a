import type { Context } from 'koa';
import { deletePerson } from '../../accounts/delete-person.ts';
import { endSessionsFor } from '../../accounts/from-above.ts';
import { disableAccount } from '../../accounts/lifecycle.ts';
import { requirePerson } from '../../accounts/people.ts';
import { t } from '../../texts/texts.ts';
import { addConfirmation } from '../confirm.ts';
import { fieldsOf, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { requireChange } from './frame.ts';

export const idOf = (ctx: Context) => String(ctx.params.person);
export const hrefOf = (ctx: Context) => `/operator/people/${idOf(ctx)}`;

/** What takes access away from a person, each asked about on a page of its own. */
export function addPersonEnds(area: Area): void {
  const { db, outbox } = area;
  const frameOf = async (ctx: Context) => {
    requireChange(ctx);
    const person = await requirePerson(db, idOf(ctx), visitorOf(ctx).by);
    const crumbs = [
      { href: '/operator/people', label: t('operator.people') },
      { href: hrefOf(ctx), label: person.name },
    ];
    return { person, frame: { crumbs, cancel: hrefOf(ctx) } };
  };

  addConfirmation(area, '/operator/people/:person/disable', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: t('operator.disableAsk', { name: person.name }),
        consequences: [t('operator.disableSignsOut'), t('operator.disableStopsApps'), t('operator.disableKeeps')],
        reason: t('operator.reasonKept'),
        button: t('operator.disable'),
      };
    },
    async act(ctx) {
      const reason = textOf(fieldsOf(ctx).reason);
      await disableAccount(db, { accountId: idOf(ctx), reason }, visitorOf(ctx).by);
      return { notice: t('operator.disabledNow'), to: hrefOf(ctx) };
    },
  });
  addConfirmation(area, '/operator/people/:person/end-sessions', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: t('operator.signOutAsk', { name: person.name }),
        consequences: [t('operator.signOutEffect')],
        button: t('operator.signOutEverywhere'),
      };
    },
    async act(ctx) {
      await endSessionsFor(db, outbox, { accountId: idOf(ctx) }, visitorOf(ctx).by);
      return { notice: t('operator.signedOut'), to: hrefOf(ctx) };
    },
  });
  addConfirmation(area, '/operator/people/:person/delete', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: t('operator.deleteAsk', { name: person.name }),
        consequences: [
          t('operator.deleteSignsOut'),
          t('operator.deleteForGood'),
          t('operator.deleteInvitations'),
          t('operator.deleteKeeps'),
        ],
        button: t('words.delete'),
        typed: person.email,
      };
    },
    async act(ctx) {
      await deletePerson(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: t('operator.deleted'), to: '/operator/people' };
    },
  });
}
