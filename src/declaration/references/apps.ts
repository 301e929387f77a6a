import type { HouseRules } from '../../access.ts';
import { checkUris } from '../../clients/client-input.ts';
import { toSnake } from '../../json-names.ts';
import type { Path } from '../problems.ts';
import { ADMIN_API_NAME, type Declaration, type DeclaredApp } from '../schema.ts';
import { type Known, known, knownTeams, noTeam, type Report, scopesOf, unique } from './report.ts';

export function checkApps(wanted: Declaration, there: Known, report: Report): void {
  const { apps = [] } = wanted;
  const ids = apps.map(({ id }) => id);
  unique(ids, ['apps'], report, 'An app of this id');
  const before = new Map(there.current.declaration.apps.map((app) => [app.id, app]));
  const hasTeam = knownTeams(wanted, there);
  const offeredBy = createOffer(wanted, there);
  for (const [index, app] of apps.entries()) {
    const path = ['apps', index];
    if (app.team !== undefined && !hasTeam(app.team)) report([...path, 'team'], noTeam(app.team));
    checkApp(app, { before: before.get(app.id), path }, report);
    checkAddresses(app, { before: before.get(app.id), path, rules: there.rules }, report);
    checkSubscriptions(app, { offeredBy, path }, report);
  }
}

function checkApp(app: DeclaredApp, { before, path }: { before: DeclaredApp | undefined; path: Path }, report: Report) {
  if (before && before.type !== app.type) {
    report(
      [...path, 'type'],
      `The type of an app cannot be changed, and this one is ${before.type}. Choose another id.`,
    );
  }
  unique(app.redirect_uris, [...path, 'redirect_uris'], report, 'This address');
  unique(app.post_logout_redirect_uris, [...path, 'post_logout_redirect_uris'], report, 'This address');
  const usable = app.subscriptions ?? before?.subscriptions ?? [];
  if (app.default_api !== undefined && !usable.some(({ api }) => api === app.default_api)) {
    report([...path, 'default_api'], 'The default API has to be among the subscriptions of the app.');
  }
}

/** A file that says what is there changes nothing, so it may name what was registered under older rules. */
function checkAddresses(
  app: DeclaredApp,
  { before, path, rules }: { before: DeclaredApp | undefined; path: Path; rules: HouseRules | undefined },
  report: Report,
): void {
  const uris = ({ redirect_uris, post_logout_redirect_uris }: DeclaredApp) => ({
    redirectUris: redirect_uris,
    postLogoutRedirectUris: post_logout_redirect_uris,
  });
  const known = before && uris(before);
  checkUris({ ...uris(app), type: app.type }, { rules, before: known }, ([field, ...rest], message) =>
    report([...path, toSnake(String(field)), ...rest], message),
  );
}

/** The scopes of an API by its name; `any` for the admin API, whose scopes the server knows; undefined for none. */
type Offer = (api: string) => ReadonlySet<string> | 'any' | undefined;

function createOffer(wanted: Declaration, { staying }: Known): Offer {
  const names = new Set([...(wanted.apis ?? []), ...staying.apis].map(({ identifier }) => identifier));
  const offered = scopesOf(wanted, staying);
  return (api) => {
    if (api === ADMIN_API_NAME) return 'any';
    return names.has(api) ? offered(api) : undefined;
  };
}

function checkSubscriptions(
  { subscriptions = [] }: DeclaredApp,
  { offeredBy, path }: { offeredBy: Offer; path: Path },
  report: Report,
): void {
  const place = [...path, 'subscriptions'];
  const apis = subscriptions.map(({ api }) => api);
  unique(apis, place, report, 'A subscription of this API');
  for (const [index, { api, scopes }] of subscriptions.entries()) {
    const offered = offeredBy(api);
    const missing = `There is no API ${api}, neither in this file nor at the server.`;
    if (!offered) report([...place, index, 'api'], missing);
    const has = (name: string) => !offered || offered === 'any' || offered.has(name);
    const say = (name: string) => `The API ${api} has no scope ${name}.`;
    known(scopes, { has, path: [...place, index, 'scopes'], say }, report);
  }
}
