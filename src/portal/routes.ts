import Router from '@koa/router';
import { formFields } from '../http/input/form-fields.ts';
import { addAccount } from './account/routes.ts';
import { addApis } from './apis/routes.ts';
import { addApprovals } from './approvals/list.ts';
import { addSubscriptions } from './approvals/subscriptions.ts';
import { readLogoUpload, serveLogos } from './apps/logo.ts';
import { addApps } from './apps/routes.ts';
import { addDevelopment } from './development/routes.ts';
import { addHome } from './home/routes.ts';
import { addLanguage, addPreferences } from './language.ts';
import { addLinks } from './links/routes.ts';
import { addOperator } from './operator/operator.ts';
import type { Area, PortalParts } from './parts.ts';
import { addRoles } from './roles/roles.ts';
import { addSearch } from './search/search.ts';
import { createPage } from './shell.ts';
import { addSignIn } from './sign-in.ts';
import { addJoin } from './teams/join.ts';
import { addTeams } from './teams/teams.ts';
import { addColors, addTheme } from './theme.ts';
import { addInspector } from './tools/inspector.ts';
import { addUsage } from './usage/routes.ts';
import { createVisits } from './visits.ts';

export type { PortalParts };

/** The portal: the home page, signing in to it, and one area for each thing that people look after. */
export function portalRoutes(parts: PortalParts): Router {
  const { issuer, render } = parts;
  const outside = new Router();
  const inside = new Router();
  const visits = createVisits(parts);
  const form = formFields();
  const page = createPage(render, visits, parts.db);
  const addresses = { issuer, discovery: `${issuer}/.well-known/openid-configuration` };

  outside.get('/', async (ctx, next) => {
    ctx.state.visitor = await visits.find(ctx);
    if (ctx.state.visitor) return next();
    render(ctx, 'welcome', addresses);
  });
  addLanguage(outside, parts, form);
  addColors(outside, parts, form);
  addSignIn(outside, parts, visits, form);
  serveLogos(outside, parts.db);
  addJoin(outside, parts, visits, form);
  addLinks({ ...parts, router: outside, form });

  // The upload is read for who is signed in only; a form that has no file is read for everybody.
  inside.use(form, visits.required, readLogoUpload(), visits.forms);
  const area: Area = { ...parts, router: inside, visits, page };
  addTheme(area);
  addPreferences(area);
  addAccount(area);
  addHome(area);
  addApps(area);
  addApis(area);
  addApprovals(area);
  addSubscriptions(area);
  addTeams(area);
  addRoles(area);
  addOperator(area);
  addUsage(area);
  addInspector(area);
  addSearch(area);
  addDevelopment(area);

  outside.use(inside.routes());
  return outside;
}
