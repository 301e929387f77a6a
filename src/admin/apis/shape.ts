import { z } from 'zod';
import type { CatalogueApi, ListedApi } from '../../apis/browse.ts';
import type { Api as ApiRow } from '../../db/catalogue-tables.ts';
import { Id, Named, Time, timeOf, timeOrNull } from '../shapes.ts';

/** An API as the catalogue lists it. */
export const ListedApiShape = z
  .object({
    id: z.string(),
    identifier: z.string(),
    name: z.string(),
    description: z.string(),
    docs_url: z.string().nullable(),
    team_id: z.string().nullable(),
    team_name: z.string().nullable(),
    token_lifetime: z.int(),
    signing_alg: z.enum(['ES256', 'RS256', 'EdDSA']),
    visibility: z.enum(['everyone', 'selected', 'team']),
    roles_claim: z.boolean(),
    created_at: Time,
    updated_at: Time.nullable(),
    suspended_at: Time.nullable(),
  })
  .meta({ id: 'ListedApi' });

const Scope = z
  .object({ name: z.string(), description: z.string(), needs_approval: z.boolean(), needs_role: z.boolean() })
  .meta({ id: 'Scope' });

export const Api = ListedApiShape.extend({
  scopes: z.array(Scope),
  visible_teams: z.array(Named),
  suspended_reason: z.string().nullable(),
}).meta({ id: 'Api' });

export function presentListedApi(api: ListedApi | (ApiRow & { teamName: string | null })) {
  return {
    id: api.id,
    identifier: api.identifier,
    name: api.name,
    description: api.description,
    docs_url: api.docs_url,
    team_id: api.team_id,
    team_name: api.teamName,
    token_lifetime: api.token_lifetime,
    signing_alg: api.signing_alg,
    visibility: api.visibility,
    roles_claim: api.roles_claim,
    created_at: timeOf(api.created_at),
    updated_at: timeOrNull(api.updated_at),
    suspended_at: timeOrNull(api.suspended_at),
  } satisfies z.input<typeof ListedApiShape>;
}

export function presentApi({ api, teamName, scopes, visibleTeams, mayRead }: CatalogueApi): z.input<typeof Api> {
  return {
    ...presentListedApi({ ...api, teamName }),
    scopes: scopes.map(({ name, description, needs_approval, needs_role }) => ({
      name,
      description,
      needs_approval,
      needs_role,
    })),
    visible_teams: [...visibleTeams],
    suspended_reason: mayRead ? api.suspended_reason : null,
  };
}

export const ApiId = z.strictObject({ api_id: Id });
