import { hash } from 'node:crypto';
import type { ClientCache } from '../clients/client-cache.ts';
import type { MachineOrder } from './grants/client-credentials.ts';

/** Of one request: what was decided on it before, and how to remember what is decided now. */
export interface Remembered {
  readonly order: MachineOrder | undefined;
  remember(order: MachineOrder): void;
}

const MOST = 10_000;

/**
 * Programs ask for the same again and again, so what was decided is remembered under the request's hash (secrets do not
 * stay in memory), until the catalogue forgets (an app, a secret, an API or a subscription changed) or the secret ends.
 *
 * @returns of an Authorization header and a body, looked up before anything is read for them
 */
export function createMachineOrders(clientCache: ClientCache) {
  const orders = new Map<string, MachineOrder>();
  let generation = clientCache.generation();
  return (authorization: string | undefined, body: string, now: Date): Remembered => {
    if (generation !== clientCache.generation() || orders.size >= MOST) orders.clear();
    generation = clientCache.generation();
    const started = generation;
    const request = hash('sha256', `${authorization ?? ''}\n${body}`, 'base64url');
    const known = orders.get(request);
    const lives = known && (!known.secret.expiresAt || now < known.secret.expiresAt);
    return {
      order: lives ? known : undefined,
      remember(order) {
        // What was read before a change is not remembered after it.
        if (started === clientCache.generation()) orders.set(request, order);
      },
    };
  };
}
