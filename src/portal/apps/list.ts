import { ClientQuery, countClients, type ListedClient, listClients } from '../../clients/list-clients.ts';
import { CLIENT_TYPES } from '../../clients/purposes.ts';
import { SECRET_POLICY } from '../../clients/secrets/policy.ts';
import { t } from '../../texts/texts.ts';
import type { Badge } from '../../views/models/apps.ts';
import { type Choice, leadOn, readList } from '../lists.ts';
import { fromNow, inDate, lastUse } from '../moments.ts';
import type { Area } from '../parts.ts';
import { teamChoice } from '../teams/choice.ts';
import { visitorOf } from '../visits.ts';
import { appHref, badgesOf, logoHref } from './head.ts';

const sorts = () => [
  { sort: '-created', label: t('lists.newestFirst') },
  { sort: 'name', label: t('words.name') },
  { sort: '-used', label: t('apps.lastUsed') },
];

const purpose = (): Choice => ({
  name: 'purpose',
  label: t('apps.purpose'),
  any: t('lists.all'),
  options: CLIENT_TYPES.map((value) => ({ value, label: t(`purposes.${value}`) })),
});

const state = (): Choice => ({
  name: 'state',
  label: t('lists.state'),
  any: t('lists.all'),
  options: [
    { value: 'active', label: t('lists.active') },
    { value: 'stopped', label: t('apps.stoppedState') },
  ],
});

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
        sorts: sorts(),
        usual: '-created',
        filters: [purpose(), ...team, state()],
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
    purpose: t(`purposes.${client.type}`),
    team: client.team_name ?? t('apps.theOperator'),
    used: lastUse(client.last_used_hour, now),
    created: inDate(client.created_at),
    badges: [...badgesOf(client), ...expiryBadge(client.next_expiry, now)],
  };
}

function expiryBadge(expiry: Date | null, now: Date): Badge[] {
  const soon = expiry && expiry.getTime() - now.getTime() < SECRET_POLICY.soonDays * 86_400_000;
  return soon ? [{ text: t('apps.secretEnds', { when: fromNow(expiry, now) }), tone: 'warn' }] : [];
}
