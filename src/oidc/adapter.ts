import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Catalog } from '../clients/catalog.ts';
import { revokeTokens } from '../revocation/revoke.ts';
import {
  consumeArtifact,
  destroyArtifact,
  destroyTokensOfGrant,
  findArtifact,
  findArtifactByUid,
  hashOf,
  lockArtifact,
  type StoredArtifact,
  saveArtifact,
  toArtifactRow,
} from './artifacts.ts';
import { toClientMetadata } from './client-metadata.ts';
import { createDeviceCodeAdapter, type DeviceCodeParts } from './device-codes.ts';
import { findRetry } from './refresh-retries.ts';
import type { Exchange, UnitOfWork } from './unit-of-work.ts';

/** Thrown out of a refresh whose response was sent before; the exchange answers with that response. */
export class AnsweredBefore extends Error {}

/** Artifacts that are used once, and locked while that is decided. */
const SINGLE_USE = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode']);

/** Artifacts that an exchange issues under ids that are new. */
const ISSUED = new Set(['AccessToken', 'RefreshToken']);

/** Between oidc-provider's models and our tables. It translates; it does not decide. */
export function createAdapterFactory(
  work: UnitOfWork,
  catalog: Catalog,
  parts: Omit<DeviceCodeParts, 'work'>,
): (model: string) => Adapter {
  return (model) => {
    if (model === 'Client') return clientAdapter(work, catalog, parts.clock);
    const artifacts = new ArtifactAdapter(model, work, parts.clock);
    return model === 'DeviceCode' ? createDeviceCodeAdapter(artifacts, { ...parts, work }) : artifacts;
  };
}

class ArtifactAdapter implements Adapter {
  readonly #model: string;
  readonly #work: UnitOfWork;
  readonly #clock: () => Date;

  constructor(model: string, work: UnitOfWork, clock: () => Date) {
    this.#model = model;
    this.#work = work;
    this.#clock = clock;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const row = toArtifactRow(this.#model, { id, payload, lifetime: expiresIn, now: this.#clock() });
    const exchange = this.#work.exchange();
    if (exchange && ISSUED.has(this.#model)) exchange.writes.issued.push(row);
    else await saveArtifact(this.#work.db(), row);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const exchange = this.#work.exchange();
    if (exchange && SINGLE_USE.has(this.#model)) return this.#lock(id, exchange);
    const grant = exchange?.locked?.grant;
    if (this.#model === 'Grant' && grant?.jti === id) return grant;
    const stored = await findArtifact(this.#work.db(), this.#model, id);
    return stored && withUse(stored);
  }

  async #lock(id: string, exchange: Exchange): Promise<AdapterPayload | undefined> {
    const locked = await lockArtifact(exchange.trx, this.#model, id);
    if (!locked) return undefined;
    exchange.locked = locked;
    if (!locked.consumedAt || this.#model !== 'RefreshToken' || exchange.retrySeconds === 0) return withUse(locked);
    const sealed = await findRetry(exchange.trx, id, this.#clock());
    if (!sealed) return withUse(locked);
    // Shown as unused, so that every check of a refresh is made of the retry too; consume() then ends it.
    exchange.retry = { tokenHash: hashOf(id), sealed };
    return locked.payload;
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return findArtifactByUid(this.#work.db(), this.#model, uid);
  }

  /** Only device codes have one (device-codes.ts). */
  async findByUserCode(): Promise<undefined> {}

  /** The provider ignores what this returns, so whoever comes second gets the protocol's error from here. */
  async consume(id: string): Promise<void> {
    const tokenHash = this.#work.exchange()?.retry?.tokenHash;
    if (tokenHash && hashOf(id).equals(tokenHash)) throw new AnsweredBefore();
    const exchange = this.#work.exchange();
    if (exchange && SINGLE_USE.has(this.#model)) {
      // Locked since it was found unused: nobody else can have it.
      exchange.writes.consumed.push({ model: this.#model, id });
      return;
    }
    if (await consumeArtifact(this.#work.db(), this.#model, id, this.#clock())) return;
    if (this.#model === 'PushedAuthorizationRequest')
      throw new errors.InvalidRequestUri('request_uri was already used');
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    await destroyArtifact(this.#work.db(), this.#model, id);
  }

  /** The provider calls this for each kind of token in turn, and for access tokens always: all of them end there. */
  async revokeByGrantId(grantId: string): Promise<void> {
    if (this.#model !== 'AccessToken') return;
    const exchange = this.#work.exchange();
    if (exchange) exchange.commitOnRefusal = true;
    await destroyTokensOfGrant(this.#work.db(), grantId);
    await this.#revokeGrant(grantId);
  }

  /** JWTs of the grant are not stored, so they are named as revoked. */
  async #revokeGrant(grantId: string): Promise<void> {
    await revokeTokens(this.#work.db(), { kind: 'grant', value: grantId, reason: 'grant revoked' }, this.#clock());
  }
}

function withUse({ payload, consumedAt }: StoredArtifact): AdapterPayload {
  return consumedAt ? { ...payload, consumed: Math.floor(consumedAt.getTime() / 1000) } : payload;
}

function clientAdapter(work: UnitOfWork, catalog: Catalog, clock: () => Date): Adapter {
  const readOnly = async (): Promise<never> => {
    throw new Error('apps are changed by the actions in clients/, not through the provider');
  };
  return {
    async find(id) {
      const entry = await catalog.find(work.db(), id);
      return entry && toClientMetadata(entry, clock());
    },
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
    findByUid: readOnly,
    findByUserCode: readOnly,
  };
}
