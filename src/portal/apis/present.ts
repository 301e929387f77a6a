import type { Api, ApiScope } from '../../db/tables/catalogue.ts';
import type { ScopeRow } from '../../views/models/apis.ts';
import type { Badge } from '../../views/models/apps.ts';

export const apiHref = (id: string) => `/apis/${encodeURIComponent(id)}`;

export const teamOf = (name: string | null) => name ?? 'the operator';

export function apiBadges(api: Pick<Api, 'suspended_at' | 'visibility'>): Badge[] {
  return [
    ...(api.suspended_at ? [{ text: 'suspended', tone: 'bad' } as const] : []),
    ...(api.visibility === 'everyone' ? [] : [{ text: VISIBILITY[api.visibility], tone: '' } as const]),
  ];
}

const VISIBILITY = { selected: 'for chosen teams', team: 'for its own team' } as const;

export function presentScope({ name, description, needs_approval, needs_role }: ApiScope): ScopeRow {
  return {
    name,
    description,
    badges: [
      ...(needs_approval ? [{ text: 'needs approval', tone: 'warn' } as const] : []),
      ...(needs_role ? [{ text: 'needs a role', tone: '' } as const] : []),
    ],
  };
}

/** What choosing a scope means, for who asks for it. */
export function hintOf({ needs_approval, needs_role }: Pick<ApiScope, 'needs_approval' | 'needs_role'>): string {
  const when = needs_approval ? 'Waits for the owner’s approval.' : 'Usable at once.';
  return needs_role ? `${when} People need a role for it.` : when;
}
