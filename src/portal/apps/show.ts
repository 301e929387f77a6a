import type { By } from '../../access.ts';
import { type AppApi, findAppApis } from '../../apis/app-apis.ts';
import type { ClientDetails } from '../../clients/find-clients.ts';
import { listSecrets } from '../../clients/secrets/secrets.ts';
import { isLive } from '../../clients/secrets/values.ts';
import { findIdTokenSigning, type SigningNow } from '../../keys/signing-now.ts';
import { t } from '../../texts/texts.ts';
import { inDate, inMoment } from '../moments.ts';
import type { Area } from '../parts.ts';
import type { PageOf } from '../shell.ts';
import { visitorOf } from '../visits.ts';
import { appHref, appOf, presentHead } from './head.ts';
import { missingApi } from './missing-api.ts';
import { madeBy } from './secrets/present.ts';
import { factsOfSettings } from './setting-fields.ts';
import type { SnippetParts } from './snippets/parts.ts';
import { codeSnippets, envSnippet } from './snippets/snippets.ts';

export function addAppPage(area: Area): void {
  const { router, db, page, issuer } = area;

  router.get('/apps/:id', async (ctx) => {
    const client = await appOf(ctx, area, 'app.read');
    const apis = await findAppApis(db, client.id);
    await page(ctx, 'apps/show', {
      app: presentHead(ctx, client),
      description: client.description,
      facts: factsOf(client, await findIdTokenSigning(db, client, visitorOf(ctx).by.now)),
      stopped: stoppedSentence(client),
      issuer,
      missing: await missingOf(area, client, { apis, by: visitorOf(ctx).by }),
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

/** What keeps an app from tokens, each with the way to mend it. */
async function missingOf(
  { db }: Area,
  client: ClientDetails,
  { apis, by }: { apis: readonly AppApi[]; by: By },
): Promise<PageOf<'apps/show'>['missing']> {
  const api = apis.length > 0 ? undefined : await missingApi(db, client, by);
  const usesSecrets = client.auth_method.startsWith('client_secret');
  const secrets = usesSecrets ? await listSecrets(db, client.id, by) : [];
  const hasNone = usesSecrets && !secrets.some(({ expires_at }) => isLive(expires_at, by.now));
  const secret = {
    text: t('apps.noSecretWorks'),
    ...{ href: `${appHref(client.id)}/secrets/new`, action: t('apps.addSecret') },
  };
  return [...(hasNone ? [secret] : []), ...(api ? [api] : [])];
}

function stoppedSentence({ disabled_at, disabled_reason }: ClientDetails): string | undefined {
  if (!disabled_at) return undefined;
  const date = inDate(disabled_at);
  return disabled_reason
    ? t('apps.stoppedOnBecause', { date, reason: disabled_reason })
    : t('apps.stoppedOn', { date });
}

function signingOf({ chosen, now, from }: SigningNow): string {
  if (now === chosen) return t('apps.signedWith', { chosen });
  return from ? t('apps.signedFrom', { chosen, from: inMoment(from), now }) : t('apps.signedLater', { chosen, now });
}

function factsOf(client: ClientDetails, signing: SigningNow) {
  const fact = (label: string, value: string, code = false) => ({ label, value, code });
  return [
    fact(t('apps.team'), client.team_name ?? t('apps.ofOperator')),
    fact(t('apps.authenticatesBy'), client.auth_method === 'none' ? t('apps.publicClient') : client.auth_method, true),
    ...factsOfSettings(client),
    ...(client.default_api ? [fact(t('apps.defaultApi'), client.default_api, true)] : []),
    ...(client.type === 'machine' ? [] : [fact(t('apps.idTokens'), signingOf(signing))]),
    fact(t('apps.createdFact'), madeBy(client)),
  ];
}
