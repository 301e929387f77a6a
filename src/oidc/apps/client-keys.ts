/**
 * Depends on internals of oidc-provider 9.13.3, which looks at an app's jwks_uri again only for a signature that the
 * keys it has do not verify, so a key that its owner has taken away there would be good for as long as this process
 * lives.
 */
import type { Client } from 'oidc-provider';

/** The keys of one app, with what is done to them here. */
interface KeyStore {
  /** Unix seconds; undefined before the first time. */
  freshUntil: number | undefined;
  fresh(): boolean;
  refresh(): Promise<void>;
  selectForVerify(query: object): readonly unknown[];
}

/** Seconds for which known keys go on while their host does not answer, and after which it is asked again. */
const GRACE = 600;
const RETRY = 30;

/** Lets a key go with the document that had it; while the host of the document is away, ten minutes later. */
export function followPublishedKeys(client: Client, clock: () => Date): void {
  if (!client.jwksUri) return;
  const store = (client as unknown as { asymmetricKeyStore: KeyStore }).asymmetricKeyStore;
  // The provider keeps some apps by itself.
  if (Object.hasOwn(store, 'selectForVerify')) return;
  const select = store.selectForVerify.bind(store);
  const refresh = store.refresh.bind(store);
  const now = () => Math.floor(clock().getTime() / 1000);
  let goodUntil = 0;

  store.selectForVerify = (query) => (store.fresh() ? select(query) : []);
  store.refresh = async () => {
    try {
      await refresh();
      goodUntil = (store.freshUntil ?? 0) + GRACE;
    } catch (error) {
      if (now() >= goodUntil) throw error;
      store.freshUntil = now() + RETRY;
    }
  };
}
