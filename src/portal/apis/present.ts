import type { Api, ApiScope } from '../../db/tables/catalogue.ts';
import { t } from '../../texts/texts.ts';
import type { ScopeRow } from '../../views/models/apis.ts';
import type { Badge } from '../../views/models/apps.ts';

export const apiHref = (id: string) => `/apis/${encodeURIComponent(id)}`;

export const teamOf = (name: string | null) => name ?? t('apps.theOperator');

export function apiBadges(api: Pick<Api, 'suspended_at' | 'visibility'>): Badge[] {
  return [
    ...(api.suspended_at ? [{ text: t('words.suspended'), tone: 'bad' } as const] : []),
    ...(api.visibility === 'everyone' ? [] : [{ text: visibilityOf(api.visibility), tone: '' } as const]),
  ];
}

const visibilityOf = (visibility: 'selected' | 'team') =>
  visibility === 'selected' ? t('apis.forChosenTeams') : t('apis.forOwnTeam');

export function presentScope({ name, description, needs_approval, needs_role }: ApiScope): ScopeRow {
  return {
    name,
    description,
    badges: [
      ...(needs_approval ? [{ text: t('apis.needsApproval'), tone: 'warn' } as const] : []),
      ...(needs_role ? [{ text: t('apis.needsRole'), tone: '' } as const] : []),
    ],
  };
}

/** What choosing a scope means, for who asks for it. */
export function hintOf({ needs_approval, needs_role }: Pick<ApiScope, 'needs_approval' | 'needs_role'>): string {
  const when = needs_approval ? t('apis.waitsForApproval') : t('apis.usableAtOnce');
  return needs_role ? t('apis.peopleNeedRole', { when }) : when;
}
