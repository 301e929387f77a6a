import { type AppApi, findAppApis } from '../../apis/app-apis.ts';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { shownKeys } from '../../clients/keys/public-keys.ts';
import { listSecrets } from '../../clients/secrets/secrets.ts';
import { describeSigning, findIdTokenSigning, type SigningNow } from '../../keys/signing-now.ts';
import type { AppApiRow } from '../../views/models/apps.ts';
import { inDate, inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { appOf, presentHead } from './head.ts';
import { presentSecrets } from './secrets/present.ts';
import { factsOfSettings } from './setting-fields.ts';
import type { SnippetParts } from './snippets/parts.ts';
import { codeSnippets, envSnippet } from './snippets/snippets.ts';

export function addAppPage(area: Area): void {
  const { router, db, page, issuer, clock } = area;

  router.get('/apps/:id', async (ctx) => {
    const client = await appOf(ctx, area, 'app.read');
    const secrets = await listSecrets(db, client.id, visitorOf(ctx).by);
    const apis = await findAppApis(db, client.id);
    await page(ctx, 'apps/show', {
      app: presentHead(ctx, client),
      description: client.description,
      facts: factsOf(client, await findIdTokenSigning(db, client, visitorOf(ctx).by.now)),
      stopped: stoppedSentence(client),
      credentials: { ...presentCredentials(client), secrets: presentSecrets(client.id, secrets, clock()) },
      apis: apis.map(presentApi),
      ...nextStep(client, apis),
      snippets: snippetsOf({ issuer, client, ...exampleApi(client, apis), secret: undefined }),
    });
  });
}

/** With the values that they read from the environment, where the secret is for the reader to fill in. */
function snippetsOf(parts: SnippetParts) {
  const snippets = codeSnippets(parts);
  return snippets.length > 0 ? [envSnippet(parts), ...snippets] : [];
}

/** The API that examples are about, and what the app may have of it. */
export function exampleApi(client: ClientDetails, apis: readonly AppApi[], chosen = client.default_api) {
  const one = apis.find(({ api }) => api.identifier === chosen) ?? apis[0];
  return { api: one?.api.identifier, scopes: one ? liveScopes(one) : [] };
}

const liveScopes = ({ subscribed, offered }: AppApi) => subscribed.filter((scope) => offered.includes(scope));

/** An app that may use no API yet can get no token. */
export function nextStep(client: ClientDetails, apis: readonly AppApi[]) {
  return { needsApi: apis.length === 0, chooseApiHref: `/apis?app=${client.id}` };
}

function presentApi(one: AppApi): AppApiRow {
  const { name, identifier } = one.api;
  return { name, identifier, scopes: liveScopes(one).join(' ') || 'no scope' };
}

function stoppedSentence({ disabled_at, disabled_reason }: ClientDetails): string | undefined {
  if (!disabled_at) return undefined;
  const why = disabled_reason ? `: ${disabled_reason}` : '';
  return `Stopped on ${inDate(disabled_at)}${why}. It gets no tokens, and those from before are refused.`;
}

function presentCredentials(client: ClientDetails) {
  const keys = (shownKeys(client.jwks)?.keys ?? []).map(({ kty, crv, kid }) =>
    [kty, crv, String(kid ?? '').slice(0, 200)].filter(Boolean).join(' · '),
  );
  const kind = { none: 'none', private_key_jwt: 'keys' }[client.auth_method as string] ?? 'secrets';
  return { kind: kind as 'none' | 'keys' | 'secrets', keys, jwksUri: client.jwks_uri ?? undefined };
}

function factsOf(client: ClientDetails, signing: SigningNow) {
  const fact = (label: string, value: string, code = false) => ({ label, value, code });
  return [
    fact('Client ID', client.id, true),
    fact('Team', client.team_name ?? 'None: it belongs to the operator'),
    fact(
      'Authenticates by',
      client.auth_method === 'none' ? 'nothing: it is a public client' : client.auth_method,
      true,
    ),
    ...factsOfSettings(client),
    ...(client.default_api ? [fact('Default API', client.default_api, true)] : []),
    ...(client.type === 'machine' ? [] : [fact('ID tokens', `signed with ${describeSigning(signing, inMoment)}`)]),
    fact('Created', `${inDate(client.created_at)}${client.created_by_name ? ` by ${client.created_by_name}` : ''}`),
  ];
}
