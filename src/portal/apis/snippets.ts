import type { Api, ApiScope } from '../../db/tables/catalogue.ts';
import { t } from '../../texts/texts.ts';
import type { Snippet } from '../../views/models/apps.ts';
import { quoted } from '../apps/snippets/parts.ts';

/** How an app gets a token for an API. */
export function apiSnippets(issuer: string, api: Api, scopes: readonly ApiScope[]): Snippet[] {
  const scope = scopes[0]?.name;
  return [
    {
      label: t('snippets.getToken'),
      language: 'bash',
      how: t('snippets.getTokenHow'),
      code: [
        `curl -s ${quoted(`${issuer}/token`)}`,
        `-u 'CLIENT_ID:CLIENT_SECRET'`,
        '-d grant_type=client_credentials',
        `--data-urlencode ${quoted(`resource=${api.identifier}`)}`,
        ...(scope ? [`--data-urlencode ${quoted(`scope=${scope}`)}`] : []),
      ].join(' \\\n  '),
    },
  ];
}
