import { ClientQuery, countClients, type ListedClient, listClients } from '../../clients/list-clients.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import { SECRET_POLICY } from '../../clients/secrets/policy.ts';
import type { Badge } from '../../views/models/apps.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import { fromNow, inDate, lastUse } from '../moments.ts';
import type { Area } from '../parts.ts';
import { teamChoice } from '../teams/choice.ts';
import { visitorOf } from '../visits.ts';
import { appHref, badgesOf, logoHref } from './head.ts';

const SORTS = [
  { sort: '-created', label: 'Newest first' },
  { sort: 'name', label: 'Name' },
  { sort: '-used', label: 'Last used' },
];

const PURPOSE: Choice = {
  name: 'purpose',
  label: 'Purpose',
  any: 'All',
  options: Object.entries(PURPOSES).map(([value, { label }]) => ({ value, label })),
};

const STATE: Choice = {
  name: 'state',
  label: 'State',
  any: 'All',
  options: [
    { value: 'active', label: 'Active' },
    { value: 'stopped', label: 'Stopped' },
  ],
};

export function addAppList({ router, db, page, clock }: Area): void {
  router.get('/apps', async (ctx) => {
    const { by } = visitorOf(ctx);
    const query = readList(ctx, ClientQuery);
    const [apps, count, team] = await Promise.all([
      listClients(db, query, by),
      countClients(db, query, by),
      teamChoice(db, by),
    ]);
    await page(ctx, 'apps/list', {
      apps: apps.rows.map((client) => presentRow(client, clock())),
      list: leadOn(ctx, apps, {
        query,
        count,
        noun: 'app',
        sorts: SORTS,
        usual: '-created',
        filters: [PURPOSE, ...team, STATE],
      }),
    });
  });
}

function presentRow(client: ListedClient, now: Date) {
  return {
    href: appHref(client.id),
    id: client.id,
    name: client.name,
    logo: logoHref(client.id, client.logo_etag),
    purpose: PURPOSES[client.type].label,
    team: client.team_name ?? 'the operator',
    used: lastUse(client.last_used_at, now),
    created: inDate(client.created_at),
    badges: [...badgesOf(client), ...expiryBadge(client.next_expiry, now)],
  };
}

function expiryBadge(expiry: Date | null, now: Date): Badge[] {
  const soon = expiry && expiry.getTime() - now.getTime() < SECRET_POLICY.soonDays * 86_400_000;
  return soon ? [{ text: `secret ends ${fromNow(expiry, now)}`, tone: 'warn' }] : [];
}
