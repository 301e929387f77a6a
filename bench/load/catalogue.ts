import { clientCredentials } from './work/client-credentials.ts';
import { codeExchange } from './work/code-exchange.ts';
import { fetchDocument } from './work/document.ts';
import { introspection } from './work/introspection.ts';
import { mix } from './work/mix.ts';
import { refresh } from './work/refresh.ts';
import { revocation } from './work/revocation.ts';
import { signIn } from './work/sign-in.ts';
import type { PrepareWork } from './work.ts';

/** Scenario → what the load generator does. */
export const catalogue = {
  'client-credentials-es256': clientCredentials('ES256'),
  'client-credentials-eddsa': clientCredentials('EdDSA'),
  'client-credentials-rs256': clientCredentials('RS256'),
  'client-credentials-many': clientCredentials('ES256', { everyone: true }),
  'refresh-id-token': refresh({ idToken: 'ES256' }),
  'refresh-id-token-rs256': refresh({ idToken: 'RS256' }),
  refresh: refresh({ idToken: false }),
  'code-exchange': codeExchange,
  'sign-in': signIn,
  'introspection-jwt': introspection('jwt'),
  'introspection-opaque': introspection('opaque'),
  'revocation-jwt': revocation('jwt'),
  'revocation-refresh-token': revocation('refresh_token'),
  jwks: fetchDocument('jwks'),
  mix,
  discovery: fetchDocument('discovery'),
} satisfies Record<string, PrepareWork>;

export type WorkName = keyof typeof catalogue;
