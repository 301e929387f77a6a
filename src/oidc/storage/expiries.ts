import type { Provider } from 'oidc-provider';

/** A model of oidc-provider as it reads what is stored: its `find` and the like come through here. */
interface Reading {
  verify(stored: { exp?: number }, options?: { ignoreExpiration?: boolean }): Promise<unknown>;
}

const MODELS = [
  'AccessToken',
  'ClientCredentials',
  'Grant',
  'Interaction',
  'PushedAuthorizationRequest',
  'Session',
] as const;

/**
 * What this server stored ends in the second in which it expires. The provider would find it for 15 seconds more. That tolerance
 * is meant for the clocks of others, and client assertions keep it. Some of the provider's endpoints check again, others do not.
 */
export function endInTime(provider: Provider, clock: () => Date): void {
  for (const name of MODELS) {
    const model = provider[name] as unknown as Reading;
    const verify = model.verify.bind(model);
    model.verify = async (stored, options = {}) => {
      const isOver = stored.exp !== undefined && stored.exp * 1000 <= clock().getTime();
      if (isOver && !options.ignoreExpiration) throw new Error('it has expired');
      return verify(stored, options);
    };
  }
}
