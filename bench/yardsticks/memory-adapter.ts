import type { Adapter, AdapterPayload } from 'oidc-provider';

const stored = new Map<string, AdapterPayload>();
const keysOfGrant = new Map<string, Set<string>>();
const keyOfUid = new Map<string, string>();

/**
 * Plain maps. The one that comes with oidc-provider keeps 1,000 entries at most and walks through all tokens of a grant
 * with each new one, so a long run would lose chains there, or measure that walk.
 */
export class MemoryAdapter implements Adapter {
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    const key = this.#key(id);
    stored.set(key, payload);
    if (payload.uid) keyOfUid.set(payload.uid, key);
    if (!payload.grantId) return;
    const keys = keysOfGrant.get(payload.grantId) ?? new Set();
    keysOfGrant.set(payload.grantId, keys.add(key));
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return stored.get(this.#key(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return stored.get(keyOfUid.get(uid) ?? '');
  }

  async findByUserCode(): Promise<undefined> {}

  async consume(id: string): Promise<void> {
    const payload = stored.get(this.#key(id));
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    stored.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of keysOfGrant.get(grantId) ?? []) stored.delete(key);
    keysOfGrant.delete(grantId);
  }
}
