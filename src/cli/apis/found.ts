import type { CatalogueApi } from '../../apis/browse.ts';
import { presentApi } from '../../apis/present.ts';

/** An API with everything that there is to tell of it. */
export const presentFound = (found: CatalogueApi) => ({
  ...presentApi(found.api, found),
  visible_teams: found.visibleTeams,
});
