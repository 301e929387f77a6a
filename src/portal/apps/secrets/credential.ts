import type { Context } from 'koa';
import { findAppApis } from '../../../apis/app-apis.ts';
import type { ClientDetails } from '../../../clients/find-clients.ts';
import { t } from '../../../texts/texts.ts';
import type { Credential, Tried } from '../../../views/models/apps.ts';
import { fieldsOf, textOf } from '../../forms.ts';
import type { Area } from '../../parts.ts';
import { visitorOf } from '../../visits.ts';
import { appOf, presentHead } from '../head.ts';
import { type MissingApi, missingApi } from '../missing-api.ts';
import { exampleApi } from '../show.ts';
import { codeSnippets, envSnippet } from '../snippets/snippets.ts';
import { tryCredential } from '../snippets/try-token.ts';

/** A credential that was made just now: shown once, ready to be used, and tried with one click. */
export function addCredentialPages(area: Area): void {
  const { router } = area;

  router.get('/apps/:id/credential', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    await showCredential(ctx, area, { client, read: (flash) => credentialOf(client, flash) });
  });

  // The page sends back what it shows: we keep nothing that could be read again.
  router.post('/apps/:id/try', async (ctx) => {
    const client = await appOf(ctx, area, 'app.write');
    const { secret, api } = fieldsOf(ctx);
    const [presented, chosen] = [textOf(secret).trim(), textOf(api) || undefined];
    const tried = await tryCredential(area, client, { secret: presented, api: chosen });
    await showCredential(ctx, area, { client, read: () => ({ secret: presented }), tried, chosen });
  });
}

/** The credential that was left for this app. With two tabs it may be another app's, which must not be shown here. */
function credentialOf(client: ClientDetails, flash: Readonly<Record<string, unknown>>) {
  const credential = flash.credential as { clientId: string; secret: string } | undefined;
  return credential?.clientId === client.id ? credential : undefined;
}

interface Shown {
  readonly client: ClientDetails;
  readonly read: (flash: Readonly<Record<string, unknown>>) => { secret: string } | undefined;
  readonly tried?: Tried;
  readonly chosen?: string | undefined;
}

async function showCredential(ctx: Context, area: Area, { client, read, tried, chosen }: Shown): Promise<void> {
  const { db, page, issuer } = area;
  const apis = await findAppApis(db, client.id);
  const missing = apis.length > 0 ? undefined : await missingApi(db, client, visitorOf(ctx).by);
  const example = exampleApi(client, apis, chosen);
  const usesSecret = client.auth_method.startsWith('client_secret');
  await page(ctx, 'apps/credential', (flash) => {
    const secret = read(flash)?.secret;
    const parts = { issuer, client, ...example, secret };
    const isPublic = client.auth_method === 'none';
    return {
      app: presentHead(ctx, client),
      title: secret === undefined && !isPublic ? t('apps.shownOnce') : titleOf(client, missing),
      missing,
      credential: secret === undefined ? undefined : present(secret),
      isPublic,
      env: envSnippet(parts),
      snippets: codeSnippets(parts),
      canTry: client.type === 'machine' && usesSecret,
      apis: apis.map(({ api: { identifier, name } }) => ({
        value: identifier,
        label: `${name} (${identifier})`,
        chosen: identifier === example.api,
      })),
      tried,
    };
  });
}

/** “Ready to use” is an app that can get a token now. One that signs people in gets an ID token without any API. */
function titleOf({ type }: ClientDetails, missing: MissingApi | undefined): string {
  if (!missing || type !== 'machine') return t('apps.ready');
  return missing.waits ? t('apps.apiHasToAgree') : t('apps.needsApi');
}

function present(secret: string): Credential {
  return { secret, words: t('apps.shownThisOnce') };
}
