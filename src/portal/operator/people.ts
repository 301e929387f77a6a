import type { Context } from 'koa';
import { countPeople, listPeople, PersonQuery } from '../../accounts/list-people.ts';
import { invite, listInvitations } from '../../teams/invitations.ts';
import { t } from '../../texts/texts.ts';
import { makeOnce } from '../forms/once.ts';
import { type FormState, fieldsOf, firstForm, refusedForm, textOf } from '../forms.ts';
import { type Choice, leadOn, readList, stateOfPeople } from '../lists.ts';
import { fromNow, inDate } from '../moments.ts';
import type { Area } from '../parts.ts';
import { toFlash } from '../teams/invitations.ts';
import { presentInvitation, presentInvited } from '../teams/presenter.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

const sorts = () => [
  { sort: '-created', label: t('lists.newestFirst') },
  { sort: 'name', label: t('words.name') },
  { sort: '-seen', label: t('operator.lastSignIn') },
];

const filters = (): Choice[] => [
  {
    name: 'role',
    label: t('operator.platformRole'),
    any: t('lists.all'),
    options: [
      { value: 'admin', label: 'admin' },
      { value: 'auditor', label: 'auditor' },
      { value: 'none', label: t('words.none') },
    ],
  },
  stateOfPeople(),
];

/** The people of this server, and letting more of them in. */
export function addPeople(area: Area): void {
  const { router, db, page, outbox, issuer, sendsMail } = area;

  const show = async (ctx: Context, form: FormState) => {
    const { by } = visitorOf(ctx);
    const query = readList(ctx, PersonQuery);
    const [people, count, invitations] = await Promise.all([
      listPeople(db, query, by),
      countPeople(db, query, by),
      listInvitations(db, undefined, by),
    ]);
    await page(ctx, 'operator/people', (flash) => ({
      ...operatorFrame(ctx),
      people: people.rows.map((person) => ({
        href: `/operator/people/${person.id}`,
        name: person.name,
        email: person.email,
        role: person.platform_role ?? '',
        seen: person.last_sign_in_at ? fromNow(person.last_sign_in_at, by.now) : t('lists.neverUsed'),
        since: inDate(person.created_at),
        disabled: person.disabled_at !== null,
      })),
      list: leadOn(ctx, people, {
        query,
        count,
        noun: 'account',
        sorts: sorts(),
        usual: '-created',
        filters: filters(),
      }),
      invitations: invitations.map((invitation) => presentInvitation(invitation, by.now)),
      invited: presentInvited(flash, sendsMail),
      form,
    }));
  };

  router.get('/operator/people', (ctx) => show(ctx, firstForm(ctx)));

  router.post('/operator/people/invitations', async (ctx) => {
    try {
      const wanted = { email: textOf(fieldsOf(ctx).email).trim() };
      const { by } = visitorOf(ctx);
      await makeOnce(area, ctx, async (db) => {
        const invited = await invite(db, outbox, wanted, by);
        return { to: '/operator/people', flash: toFlash(invited, { issuer, sendsMail }, by) };
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });
}
