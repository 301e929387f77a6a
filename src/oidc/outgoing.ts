import type { Configuration } from 'oidc-provider';
import { withUsableKeys } from './published-keys.ts';

/**
 * How the provider asks for what apps publish (their keys). It brings a dispatcher that hangs up on addresses of internal
 * networks, which it makes from the inside of Node.js; where that was not possible it would ask any address.
 */
export const fetchPublished: NonNullable<Configuration['fetch']> = async (input, init) => {
  if (!(init as { dispatcher?: unknown } | undefined)?.dispatcher) {
    throw new Error('nothing keeps this request from internal networks, so it is not made');
  }
  return withUsableKeys(await fetch(input, init));
};
