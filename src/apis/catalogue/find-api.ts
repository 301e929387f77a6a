import { type By, judgeAccess } from '../../access.ts';
import type { Db } from '../../db/connections/connection.ts';
import type { Api, ApiScope } from '../../db/tables/catalogue.ts';
import { AppError } from '../../errors.ts';
import { findSigningNow, type SigningNow } from '../../keys/signing-now.ts';
import { t } from '../../texts/texts.ts';
import { findScopesOf } from '../apis.ts';
import { isNamedOrHasId } from '../identifiers.ts';
import { isInCatalogue } from '../visibility.ts';

export interface CatalogueApi {
  readonly api: Api;
  /** How its tokens are signed at this moment. */
  readonly signing: SigningNow;
  readonly scopes: readonly ApiScope[];
  readonly teamName: string | null;
  readonly teamSuspended: boolean;
  /** Whether the caller belongs to those who have it, and sees who uses it. */
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
  readonly mayDecide: boolean;
  /** For those who have it: the teams that it is shown to, beside its own. */
  readonly visibleTeams: readonly { readonly id: string; readonly name: string }[];
}

/** An API of the caller's catalogue by its id or its identifier. @throws {AppError} not_found, forbidden */
export async function findCatalogueApi(db: Db, name: string, by: By): Promise<CatalogueApi> {
  const row = await db
    .selectFrom('apis')
    .leftJoin('teams', 'teams.id', 'apis.team_id')
    .selectAll('apis')
    .select(['teams.name as teamName', 'teams.suspended_at as teamSuspendedAt'])
    .where(isNamedOrHasId(name))
    .where(isInCatalogue(by))
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', { detail: t('refusals.noApi', { id: name }) });
  const { teamName, teamSuspendedAt, ...api } = row;
  const may = (action: 'api.read' | 'api.write' | 'subscription.decide') =>
    judgeAccess(by, action, api.team_id) === 'allowed';
  const mayRead = may('api.read');
  const algorithms = { alg: api.signing_alg, before: api.signing_alg_before };
  return {
    signing: await findSigningNow(db, algorithms, by.now),
    api,
    teamName,
    teamSuspended: teamSuspendedAt !== null,
    mayRead,
    mayWrite: may('api.write'),
    mayDecide: may('subscription.decide'),
    scopes: (await findScopesOf(db, [api.id])).get(api.id) ?? [],
    visibleTeams: mayRead ? await findVisibleTeams(db, api.id) : [],
  };
}

function findVisibleTeams(db: Db, apiId: string) {
  return db
    .selectFrom('api_visible_teams')
    .innerJoin('teams', 'teams.id', 'api_visible_teams.team_id')
    .select(['teams.id', 'teams.name'])
    .where('api_visible_teams.api_id', '=', apiId)
    .orderBy('teams.name_key')
    .execute();
}
