import type { Client } from '../../../db/tables/catalogue.ts';
import type { Loopback } from '../../../http/network/loopback.ts';
import { t } from '../../../texts/texts.ts';
import type { Tried } from '../../../views/models/apps.ts';
import { inSpan } from '../../moments.ts';
import { describeToken } from '../../token-words.ts';

interface TokenAnswer {
  readonly access_token?: string;
  readonly expires_in?: number;
  readonly scope?: string;
  readonly error?: string;
  readonly error_description?: string;
}

/** What to do about the refusals that a developer may meet here. */
const ADVICE: Readonly<Record<string, () => string>> = {
  invalid_client: () => t('snippets.adviceClient'),
  invalid_target: () => t('snippets.adviceTarget'),
  invalid_scope: () => t('snippets.adviceScope'),
  too_many_requests: () => t('snippets.adviceWait'),
};

/** Asks the real token endpoint for a real token, as the app would. The secret is used and forgotten. */
export async function tryCredential(
  { loopback, issuer, clock }: { loopback: Loopback; issuer: string; clock: () => Date },
  client: Client,
  { secret, api }: { secret: string; api: string | undefined },
): Promise<Tried> {
  const inBody = client.auth_method === 'client_secret_post';
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(api ? { resource: api } : {}) });
  if (inBody) {
    form.set('client_id', client.id);
    form.set('client_secret', secret);
  }
  const pair = `${encodeURIComponent(client.id)}:${encodeURIComponent(secret)}`;
  const response = await loopback.fetch(`${issuer}/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(inBody ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
    },
    body: form,
  });
  return inWords((await response.json()) as TokenAnswer, clock());
}

function inWords(answer: TokenAnswer, now: Date): Tried {
  const { access_token: token, expires_in: seconds = 0, scope, error = 'server_error' } = answer;
  const described = token === undefined ? undefined : describeToken(token, now);
  if (token === undefined || !described) {
    return {
      ok: false,
      error,
      description: answer.error_description ?? '',
      advice: ADVICE[error]?.() ?? t('snippets.adviceOther'),
    };
  }
  const sentence = scope
    ? t('snippets.worksAndAllows', { span: inSpan(seconds), scope })
    : t('snippets.works', { span: inSpan(seconds) });
  return { ok: true, token, sentence, ...described };
}
