import { type By, judgeAccess } from '../../access.ts';
import { listPeople } from '../../accounts/list-people.ts';
import { browseApis } from '../../apis/catalogue/list-apis.ts';
import { listClients } from '../../clients/list-clients.ts';
import type { Db } from '../../db/connections/connection.ts';
import { listTeams } from '../../teams/teams.ts';
import { t } from '../../texts/texts.ts';
import type { FoundGroup } from '../../views/models/lists.ts';
import { apiHref } from '../apis/present.ts';
import { appHref } from '../apps/head.ts';
import { leadOn, listRequest } from '../lists.ts';
import type { Area } from '../parts.ts';
import { hrefOf as teamHref } from '../teams/presenter.ts';
import { visitorOf } from '../visits.ts';
import { findPages } from './pages.ts';

/** Of each kind. Whoever looks for another one types more of its name, or goes to the list. */
const MOST = 4;

/** Whatever somebody may see, by a part of its name: a page of its own, and what the dialog behind Ctrl-K shows. */
export function addSearch({ router, db, page }: Area): void {
  router.get('/search', async (ctx) => {
    const { by } = visitorOf(ctx);
    const { search = '' } = listRequest(ctx);
    const groups = search === '' ? [] : await findEverything(db, search, by);
    const pages = findPages(search.trim(), by).slice(0, search === '' ? undefined : MOST);
    const all = [...groups, { kind: t('search.pages'), icon: 'arrow-right', found: pages, more: undefined }];
    const found = all.filter((group) => group.found.length > 0);
    const count = found.reduce((sum, group) => sum + group.found.length, 0);
    await page(ctx, 'search/results', {
      groups: found,
      list: { ...leadOn(ctx, { next: undefined }), count: t('search.count', { count }) },
    });
  });
}

/** Asks the lists themselves, so nobody finds here what they would not find there. */
async function findEverything(db: Db, search: string, by: By): Promise<FoundGroup[]> {
  const asked = { search, limit: MOST, sort: 'name' } as const;
  const seesPeople = judgeAccess(by, 'platform.read', null) === 'allowed';
  const [apps, apis, teams, people] = await Promise.all([
    listClients(db, asked, by),
    browseApis(db, asked, by),
    listTeams(db, asked, by),
    seesPeople ? listPeople(db, asked, by) : { rows: [], next: undefined },
  ]);
  const more = (list: { next: string | undefined }, path: string) =>
    list.next && `${path}?${new URLSearchParams({ search })}`;
  return [
    {
      kind: t('shell.apps'),
      icon: 'boxes',
      more: more(apps, '/apps'),
      found: apps.rows.map(({ id, name, type }) => ({ href: appHref(id), name, detail: t(`purposes.${type}`) })),
    },
    {
      kind: t('shell.apis'),
      icon: 'blocks',
      more: more(apis, '/apis'),
      found: apis.rows.map(({ id, name, identifier }) => ({ href: apiHref(id), name, detail: identifier })),
    },
    {
      kind: t('shell.teams'),
      icon: 'users',
      more: seesPeople ? more(teams, '/operator/teams') : undefined,
      found: teams.rows.map((team) => ({ href: teamHref(team), name: team.name })),
    },
    {
      kind: t('search.people'),
      icon: 'user',
      more: more(people, '/operator/people'),
      found: people.rows.map(({ id, name, email }) => ({ href: `/operator/people/${id}`, name, detail: email })),
    },
  ];
}
