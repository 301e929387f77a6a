import type { Context } from 'koa';
import { digestOf, requireShown } from '../../http/shown.ts';
import { countGroupMembers, GroupMemberQuery, listGroupMembers } from '../../roles/group-members.ts';
import {
  addPersonToGroup,
  countGroups,
  createGroup,
  deleteGroup,
  GroupQuery,
  listGroups,
  removeFromGroup,
  renameGroup,
  requireGroup,
} from '../../roles/groups.ts';
import { listRolesOfGroup } from '../../roles/holders.ts';
import { t } from '../../texts/texts.ts';
import { redirect } from '../answers.ts';
import { addConfirmation } from '../confirm.ts';
import { makeOnce } from '../forms/once.ts';
import { type FormState, fieldsOf, firstForm, formVersion, refusedForm, textOf, versionOf } from '../forms.ts';
import { leadOn, readList, stateOfPeople } from '../lists.ts';
import { inDate, inNumber } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { operatorFrame } from './frame.ts';

const idOf = (ctx: Context) => String(ctx.params.group);
const hrefOf = (id: string) => `/operator/groups/${id}`;

const groupSorts = () => [
  { sort: '-created', label: t('lists.newestFirst') },
  { sort: 'name', label: t('words.name') },
  { sort: '-people', label: t('operator.people') },
];

const memberSorts = () => [
  { sort: '-created', label: t('lists.newestAccountFirst') },
  { sort: 'name', label: t('words.name') },
];

/** Groups of people, to whom owners of APIs give roles. */
export function addGroups(area: Area): void {
  addGroupList(area);
  addGroup(area);
}

function addGroupList(area: Area): void {
  const { router, db, page } = area;

  const show = async (ctx: Context, form: FormState) => {
    const { by } = visitorOf(ctx);
    const query = readList(ctx, GroupQuery);
    const [groups, count] = await Promise.all([listGroups(db, query, by), countGroups(db, query, by)]);
    await page(ctx, 'operator/groups', {
      ...operatorFrame(ctx),
      groups: groups.rows.map(({ id, name, people, created_at }) => ({
        href: hrefOf(id),
        name,
        people: inNumber(people),
        since: inDate(created_at),
      })),
      list: leadOn(ctx, groups, { query, count, noun: 'group', sorts: groupSorts(), usual: '-created' }),
      form,
    });
  };

  router.get('/operator/groups', (ctx) => show(ctx, firstForm(ctx)));

  router.post('/operator/groups', async (ctx) => {
    try {
      await makeOnce(area, ctx, async (db) => {
        const group = await createGroup(db, { name: textOf(fieldsOf(ctx).name) }, visitorOf(ctx).by);
        return { to: hrefOf(group.id), flash: { notice: t('operator.groupCreated', { name: group.name }) } };
      });
    } catch (error) {
      const form = refusedForm(ctx, error);
      ctx.status = 400;
      await show(ctx, form);
    }
  });
}

/** What a new member of the group gets. */
const meaningOf = (group: { name: string }, roles: Awaited<ReturnType<typeof listRolesOfGroup>>) => [group.name, roles];

function addGroup(area: Area): void {
  const { router, db, page, visits } = area;

  const show = async (ctx: Context, form: FormState) => {
    const { by } = visitorOf(ctx);
    const group = await requireGroup(db, idOf(ctx), 'platform.read', by);
    const query = readList(ctx, GroupMemberQuery);
    const [members, count, roles] = await Promise.all([
      listGroupMembers(db, group.id, query, by),
      countGroupMembers(db, group.id, query, by),
      listRolesOfGroup(db, group.id, by),
    ]);
    await page(ctx, 'operator/group', {
      ...operatorFrame(ctx),
      href: hrefOf(group.id),
      name: group.name,
      version: formVersion(ctx, group.version),
      shown: digestOf(meaningOf(group, roles)),
      members: members.rows.map(({ id, name, email, created_at, disabled_at }) => ({
        href: `/operator/people/${id}`,
        name,
        email,
        since: inDate(created_at),
        disabled: disabled_at !== null,
        remove: `${hrefOf(group.id)}/people/${id}/remove`,
      })),
      list: leadOn(ctx, members, {
        query,
        path: hrefOf(group.id),
        count,
        noun: 'member',
        sorts: memberSorts(),
        usual: '-created',
        filters: [stateOfPeople()],
      }),
      roles: roles.map((role) => ({
        href: `/apis/${role.apiId}/roles/${role.id}`,
        name: t('operator.roleOf', { role: role.name, api: role.apiName }),
        detail: '',
      })),
      form,
    });
  };

  /** Does something to the group, and says so on its page. */
  const change = (path: string, act: (ctx: Context) => Promise<string>) =>
    router.post(path, async (ctx) => {
      try {
        await visits.leave(ctx, { notice: await act(ctx) });
        redirect(ctx, hrefOf(idOf(ctx)));
      } catch (error) {
        const form = refusedForm(ctx, error);
        ctx.status = 400;
        await show(ctx, form);
      }
    });

  router.get('/operator/groups/:group', (ctx) => show(ctx, firstForm(ctx)));
  change('/operator/groups/:group', async (ctx) => {
    const fields = fieldsOf(ctx);
    const input = { groupId: idOf(ctx), name: textOf(fields.name), version: versionOf(fields) };
    const group = await renameGroup(db, input, visitorOf(ctx).by);
    return t('operator.groupRenamed', { name: group.name });
  });
  change('/operator/groups/:group/people', async (ctx) => {
    const { by } = visitorOf(ctx);
    const group = await requireGroup(db, idOf(ctx), 'platform.write', by);
    requireShown(ctx, meaningOf(group, await listRolesOfGroup(db, group.id, by)));
    const person = textOf(fieldsOf(ctx).person).trim();
    await addPersonToGroup(db, { groupId: idOf(ctx), person }, visitorOf(ctx).by);
    return t('operator.memberAdded', { person });
  });
  change('/operator/groups/:group/people/:person/remove', async (ctx) => {
    const member = { groupId: idOf(ctx), accountId: String(ctx.params.person) };
    await removeFromGroup(db, member, visitorOf(ctx).by);
    return t('operator.memberRemoved');
  });

  addConfirmation(area, '/operator/groups/:group/delete', {
    async ask(ctx) {
      const group = await requireGroup(db, idOf(ctx), 'platform.write', visitorOf(ctx).by);
      return {
        title: t('operator.deleteGroupAsk', { name: group.name }),
        crumbs: [
          { href: '/operator/groups', label: t('operator.groups') },
          { href: hrefOf(group.id), label: group.name },
        ],
        consequences: [t('operator.deleteGroupEffect')],
        button: t('operator.deleteGroup'),
        typed: group.name,
        cancel: hrefOf(group.id),
      };
    },
    async act(ctx) {
      await deleteGroup(db, idOf(ctx), visitorOf(ctx).by);
      return { notice: t('operator.groupDeleted'), to: '/operator/groups' };
    },
  });
}
