import { accountRoutes } from './account.ts';
import { apiRoutes, outboxRoutes } from './apis.ts';
import { appRoutes } from './apps.ts';
import { operatorRoutes } from './operator.ts';
import { roleRoutes } from './roles.ts';
import { leavingRoute, teamRoutes } from './teams.ts';
import { usageRoutes } from './usage.ts';
import type { Route } from './world.ts';

/** Every route behind the sign-in, each with the least that it takes. Areas keep theirs in files of their own. */
export const ROUTES: readonly Route[] = [
  ...accountRoutes,
  ...apiRoutes,
  ...outboxRoutes,
  ...appRoutes,
  ...teamRoutes,
  ...operatorRoutes,
  ...roleRoutes,
  ...usageRoutes,
];

/** Before or beside the sign-in: they look after themselves. */
export const OPEN: readonly string[] = [
  ...['GET /', 'GET /sign-in', 'GET /signed-in', 'POST /sign-out', 'POST /language', 'POST /colors'],
  ...['GET /app-logos/{app}', 'GET /join', 'POST /join/code', 'POST /join', 'GET /join/done'],
  ...['GET /forgot', 'POST /forgot', 'GET /reset', 'POST /reset/code', 'POST /reset'],
  ...['GET /sign-up', 'POST /sign-up', 'GET /sign-up/finish', 'POST /sign-up/finish/code', 'POST /sign-up/finish'],
  ...['GET /verify', 'POST /verify/code', 'GET /new-address', 'POST /new-address/code'],
  leavingRoute,
];
