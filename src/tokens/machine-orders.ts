import { hash } from 'node:crypto';
import type { ClientCache } from '../clients/client-cache.ts';
import type { MachineOrder } from './grants/client-credentials.ts';

/** What was decided earlier on the same request, and a way to remember what is decided now. */
export interface Remembered {
  readonly order: MachineOrder | undefined;
  remember(order: MachineOrder): void;
}

/** So many that were used last are remembered for certain, and twice as many at most; each takes some hundred bytes. */
const MOST = 100_000;

/**
 * Programs ask for the same again and again, so what was decided is remembered under the request's hash (secrets do not
 * stay in memory), until the catalogue forgets (an app, a secret, an API or a subscription changed) or the secret ends.
 *
 * @returns of an Authorization header and a body, looked up before anything is read for them
 */
export function createMachineOrders(clientCache: ClientCache, most = MOST) {
  const orders = createRecent<MachineOrder>(most);
  /** What many orders have alike is there once. A scope that was cut out of a form would also keep the form in memory. */
  const terms = new Map<string, Pick<MachineOrder, 'scope' | 'ep'>>();
  let generation = clientCache.generation();
  return (authorization: string | undefined, body: string, now: Date): Remembered => {
    if (generation !== clientCache.generation()) {
      orders.clear();
      terms.clear();
    }
    generation = clientCache.generation();
    const started = generation;
    const request = hash('sha256', `${authorization ?? ''}\n${body}`, 'binary');
    const known = orders.get(request);
    const lives = known && (!known.secret.expiresAt || now < known.secret.expiresAt);
    return {
      order: lives ? known : undefined,
      remember(order) {
        // What was read before a change is not remembered after it.
        if (started !== clientCache.generation()) return;
        if (terms.size >= most) terms.clear();
        const name = `${order.ep.join()} ${order.scope}`;
        const { scope, ep } = terms.get(name) ?? order;
        terms.set(name, { scope, ep });
        orders.set(request, { ...order, scope, ep });
      },
    };
  };
}

/**
 * Values that were used last: the latest `most` of them, and some more. They are in two maps, of which the older is dropped when
 * the younger is full: to find the oldest entry of a single one takes the longer the more have been deleted.
 */
function createRecent<Value>(most: number) {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();
  const set = (name: string, value: Value) => {
    if (young.size >= most) [old, young] = [young, new Map()];
    young.set(name, value);
  };
  return {
    set,
    get(name: string): Value | undefined {
      const latest = young.get(name);
      if (latest) return latest;
      const earlier = old.get(name);
      if (earlier) set(name, earlier);
      return earlier;
    },
    clear() {
      young = new Map();
      old = new Map();
    },
  };
}
