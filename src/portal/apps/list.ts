import { type ListedClient, listClients } from '../../clients/find-clients.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import { SECRET_POLICY } from '../../clients/secrets/policy.ts';
import type { Badge } from '../../views/models/apps.ts';
import { textOf } from '../forms.ts';
import { fromNow } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { appHref, badgesOf, logoHref } from './head.ts';

export function addAppList({ router, db, page, clock }: Area): void {
  router.get('/apps', async (ctx) => {
    const search = textOf(ctx.query.q).trim().slice(0, 100);
    const cursor = textOf(ctx.query.after) || undefined;
    const { rows, next } = await listClients(db, { search, cursor }, visitorOf(ctx).by);
    const more = new URLSearchParams({ ...(search ? { q: search } : {}), after: next ?? '' });
    await page(ctx, 'apps/list', {
      search,
      isSearch: search !== '' || cursor !== undefined,
      apps: rows.map((client) => presentRow(client, clock())),
      moreHref: next && `/apps?${more}`,
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
    badges: [...badgesOf(client), ...expiryBadge(client.next_expiry, now)],
  };
}

function expiryBadge(expiry: Date | null, now: Date): Badge[] {
  const soon = expiry && expiry.getTime() - now.getTime() < SECRET_POLICY.soonDays * 86_400_000;
  return soon ? [{ text: `secret ends ${fromNow(expiry, now)}`, tone: 'warn' }] : [];
}
