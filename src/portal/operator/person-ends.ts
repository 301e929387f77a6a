import type { Context } from 'koa';
import { deletePerson } from '../../accounts/delete-person.ts';
import { disableAccount, endSessions } from '../../accounts/lifecycle.ts';
import { requirePerson } from '../../accounts/people.ts';
import { addConfirmation } from '../confirm.ts';
import { fieldsOf, textOf } from '../forms.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { requireChange } from './frame.ts';

export const idOf = (ctx: Context) => String(ctx.params.person);
export const hrefOf = (ctx: Context) => `/operator/people/${idOf(ctx)}`;

/** What takes access away from a person, each asked about on a page of its own. */
export function addPersonEnds(area: Area): void {
  const { db } = area;
  const frameOf = async (ctx: Context) => {
    requireChange(ctx);
    const person = await requirePerson(db, idOf(ctx), visitorOf(ctx).by);
    const crumbs = [
      { href: '/operator/people', label: 'People' },
      { href: hrefOf(ctx), label: person.name },
    ];
    return { person, frame: { crumbs, cancel: hrefOf(ctx) } };
  };

  addConfirmation(area, '/operator/people/:person/disable', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: `Disable ${person.name}?`,
        consequences: [
          'They are signed out everywhere and cannot sign in.',
          'Apps can no longer act for them, and tokens that are out are refused.',
          'Their teams and roles stay, for when they are enabled again.',
        ],
        reason: 'It is kept in the audit trail.',
        button: 'Disable',
      };
    },
    async act(ctx) {
      const reason = textOf(fieldsOf(ctx).reason);
      await disableAccount(db, { accountId: idOf(ctx), reason }, visitorOf(ctx).by);
      return { notice: 'They are disabled and signed out everywhere.', to: hrefOf(ctx) };
    },
  });
  addConfirmation(area, '/operator/people/:person/end-sessions', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: `Sign ${person.name} out everywhere?`,
        consequences: ['Every browser has to sign in again. Apps that they let act while they are away go on.'],
        button: 'Sign out everywhere',
      };
    },
    async act(ctx) {
      await endSessions(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: 'They are signed out everywhere.', to: hrefOf(ctx) };
    },
  });
  addConfirmation(area, '/operator/people/:person/delete', {
    async ask(ctx) {
      const { person, frame } = await frameOf(ctx);
      return {
        ...frame,
        title: `Delete ${person.name}?`,
        consequences: [
          'They are signed out everywhere, and tokens that apps have for them are refused.',
          'Their teams, groups, roles and what they agreed to are gone for good.',
          'Open invitations from them and to them end.',
          'What they did stays in the audit trail, by their id. Their apps and APIs stay with the teams.',
        ],
        button: 'Delete',
        typed: person.email,
      };
    },
    async act(ctx) {
      await deletePerson(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: 'The account is deleted.', to: '/operator/people' };
    },
  });
}
