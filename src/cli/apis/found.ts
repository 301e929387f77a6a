import type { CatalogueApi } from '../../apis/catalogue/find-api.ts';
import { presentApi } from '../../apis/present.ts';
import { describeSigning } from '../../keys/signing-now.ts';
import { formatTime } from '../output.ts';

/** An API with everything that there is to tell of it. */
export const presentFound = (found: CatalogueApi) => ({
  ...presentApi(found.api, found),
  signing_alg_now: found.signing.now,
  signing_alg_from: found.signing.from ?? null,
  visible_teams: found.visibleTeams,
});

/** What to say where tokens are not signed as chosen yet; nothing otherwise. */
export const waitOf = ({ signing }: CatalogueApi) =>
  signing.chosen === signing.now ? '' : `\nIts tokens are signed with ${describeSigning(signing, formatTime)}.`;
