import type { Context } from 'koa';
import { judgeAccess } from '../../access.ts';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { findClient } from '../../clients/find-clients.ts';
import { logoPath } from '../../clients/logos/logos.ts';
import type { Client } from '../../db/tables/catalogue.ts';
import { t } from '../../texts/texts.ts';
import type { AppHead, Badge } from '../../views/models/apps.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';

export const appHref = (id: string) => `/apps/${id}`;

export const logoHref = (id: string, etag: string | null) => (etag ? logoPath(id, etag) : undefined);

/** The app in the address, if this visitor may do that with it. @throws {AppError} not_found, forbidden */
export function appOf(ctx: Context, { db }: Area, action: 'app.read' | 'app.write'): Promise<ClientDetails> {
  return findClient(db, String(ctx.params.id), action, visitorOf(ctx).by);
}

export function presentHead(ctx: Context, client: ClientDetails): AppHead {
  const href = appHref(client.id);
  const mayWrite = judgeAccess(visitorOf(ctx).by, 'app.write', client.team_id) === 'allowed';
  return {
    id: client.id,
    href,
    name: client.name,
    logo: logoHref(client.id, client.logo_etag),
    purpose: t(`purposes.${client.type}`),
    badges: badgesOf(client),
    mayWrite,
    tabs: tabsOf(ctx, client, mayWrite),
  };
}

/** The pages of an app, on each of them. */
function tabsOf({ path }: Context, { id }: Client, mayWrite: boolean) {
  const pages = [
    { at: '', label: t('apps.overview') },
    { at: '/credentials', label: t('apps.credentialsTab') },
    { at: '/apis', label: t('apps.apisTab') },
    { at: '/requests', label: t('apps.activity') },
    ...(mayWrite ? [{ at: '/settings', label: t('apps.settingsTab') }] : []),
  ];
  return pages.map(({ at, label }) => ({ href: appHref(id) + at, label, current: appHref(id) + at === path }));
}

type Standing = Pick<Client, 'disabled_at' | 'first_party' | 'verified'>;

export function badgesOf({ disabled_at, first_party, verified }: Standing): Badge[] {
  return [
    ...(disabled_at ? [{ text: t('apps.stoppedBadge'), tone: 'bad' } as const] : []),
    ...(first_party ? [{ text: t('apps.firstParty'), tone: '' } as const] : []),
    ...(verified ? [{ text: t('apps.verifiedBadge'), tone: 'good' } as const] : []),
  ];
}
