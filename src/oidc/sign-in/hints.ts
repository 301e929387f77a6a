import { type Client, errors, type Provider } from 'oidc-provider';
import type { HintReader } from '../../keys/signatures/id-token-hints.ts';

/**
 * The provider takes a hint only if a key of the JWKS signed it, with the algorithm that the app has now. A session outlives
 * both, and whoever may sign out with a hint may sign in with it: one reader for the two (OpenID Connect Core §3.1.2.1).
 */
export function readHintsAlike(provider: Provider, readHint: HintReader): void {
  Object.assign(provider.IdToken, {
    async validate(jwt: string, client: Client) {
      const hint = readHint(jwt);
      if (hint?.audience !== client.clientId) throw new errors.InvalidRequest('could not validate id_token_hint');
      return { payload: { sub: hint.subject } };
    },
  });
}
