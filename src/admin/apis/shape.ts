import { z } from 'zod';
import type { CatalogueApi } from '../../apis/catalogue/find-api.ts';
import type { ListedApi } from '../../apis/catalogue/list-apis.ts';
import { presentApi } from '../../apis/present.ts';
import { Id, Named, Time } from '../shapes.ts';

const shape = z
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
  .strip();

/** An API as the catalogue lists it. */
export const ListedApiShape = shape
  .extend({ subscribers: z.int().nullable(), last_used_at: Time.nullable() })
  .meta({ id: 'ListedApi' });

const Scope = z
  .object({ name: z.string(), description: z.string(), needs_approval: z.boolean(), needs_role: z.boolean() })
  .meta({ id: 'Scope' });

export const Api = shape
  .extend({
    signing_alg_now: z.enum(['ES256', 'RS256', 'EdDSA']),
    signing_alg_from: Time.nullable(),
    scopes: z.array(Scope),
    visible_teams: z.array(Named),
    suspended_reason: z.string().nullable(),
  })
  .meta({ id: 'Api' });

/** What everyone in whose catalogue it is may know; how it is used, those who have it. */
export function presentListedApi(api: ListedApi): z.input<typeof ListedApiShape> {
  const { scopes, suspended_reason, ...listed } = presentApi(api, { teamName: api.teamName, scopes: [] });
  const subscribers = api.subscribers === null ? null : Number(api.subscribers);
  return { ...listed, subscribers, last_used_at: api.lastUsedAt?.toISOString() ?? null };
}

export function presentCatalogueApi({
  api,
  signing,
  teamName,
  scopes,
  visibleTeams,
  mayRead,
}: CatalogueApi): z.input<typeof Api> {
  const { suspended_reason, ...shown } = presentApi(api, { teamName, scopes });
  const signed = { signing_alg_now: signing.now, signing_alg_from: signing.from?.toISOString() ?? null };
  return { ...shown, ...signed, visible_teams: [...visibleTeams], suspended_reason: mayRead ? suspended_reason : null };
}

export const ApiId = z.strictObject({ api_id: Id });
