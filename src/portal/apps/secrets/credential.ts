import type { Context } from 'koa';
import { findAppApis } from '../../../apis/app-apis.ts';
import type { ClientDetails } from '../../../clients/find-clients.ts';
import type { Credential, Tried } from '../../../views/models/apps.ts';
import { fieldsOf, textOf } from '../../forms.ts';
import type { Area } from '../../parts.ts';
import { appOf, presentHead } from '../head.ts';
import { exampleApi, nextStep } from '../show.ts';
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
  const example = exampleApi(client, apis, chosen);
  const usesSecret = client.auth_method.startsWith('client_secret');
  await page(ctx, 'apps/credential', (flash) => {
    const secret = read(flash)?.secret;
    const parts = { issuer, client, ...example, secret };
    return {
      app: presentHead(ctx, client),
      credential: secret === undefined ? undefined : present(secret),
      isPublic: client.auth_method === 'none',
      env: envSnippet(parts),
      snippets: codeSnippets(parts),
      ...nextStep(client, apis),
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

function present(secret: string): Credential {
  return { secret, words: 'It is shown this once: we keep only a hash of it. Copy it now.' };
}
