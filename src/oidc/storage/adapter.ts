import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { ClientCache } from '../../clients/client-cache.ts';
import type { Browsers } from '../../http/network/browsers.ts';
import type { SigningAlgorithms } from '../../keys/signing-algs.ts';
import type { RetryVerdict } from '../../tokens/refresh-retry.ts';
import {
  type ArtifactRow,
  consumeArtifact,
  findArtifact,
  findArtifactByUid,
  hashOf,
  type StoredArtifact,
  saveArtifact,
  toArtifactRow,
} from '../../tokens/storage/artifacts.ts';
import { findRetry } from '../../tokens/storage/refresh-retries.ts';
import type { Saving } from '../../tokens/storage/saves-together.ts';
import { toClientMetadata } from '../apps/client-metadata.ts';
import { createDeviceCodeAdapter, type DeviceCodeParts } from '../device/codes.ts';
import { appOf, consentOf, type Epochs, OF_A_SIGN_IN, signInsOf } from '../sign-in/epochs.ts';
import { type Endings, end } from './endings.ts';
import type { Exchange, UnitOfWork } from './unit-of-work.ts';

/** Thrown out of a refresh whose response was sent before; the exchange answers with that response. */
export class AnsweredBefore extends Error {}

/** Artifacts that an exchange uses up. */
const SINGLE_USE = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode']);

/** Artifacts that end with the tokens of their app. */
const OF_CLIENT_TOKENS = new Set(['AuthorizationCode', 'AccessToken']);

/** Artifacts that an exchange is about. */
const PRESENTED = new Set([...SINGLE_USE, 'AccessToken', 'ClientCredentials']);

/** Artifacts that an exchange issues under ids that are new. */
const ISSUED = new Set(['AccessToken', 'RefreshToken']);

/** Between oidc-provider's models and our tables. It translates; it does not decide. */
export function createAdapterFactory(
  work: UnitOfWork,
  clientCache: ClientCache,
  parts: Omit<DeviceCodeParts, 'work'> & StorageParts & { readonly signing: SigningAlgorithms },
): (model: string) => Adapter {
  return (model) => {
    if (model === 'Client') return clientAdapter(work, clientCache, parts);
    const artifacts = new ArtifactAdapter(model, work, parts);
    return model === 'DeviceCode' ? createDeviceCodeAdapter(artifacts, { ...parts, work }) : artifacts;
  };
}

interface StorageParts extends Pick<DeviceCodeParts, 'clock' | 'epochs'> {
  readonly browsers: Browsers;
}

class ArtifactAdapter implements Adapter {
  readonly #model: string;
  readonly #work: UnitOfWork;
  readonly #clock: () => Date;
  readonly #epochs: Epochs;
  readonly #browsers: Browsers;

  constructor(model: string, work: UnitOfWork, { clock, epochs, browsers }: StorageParts) {
    this.#model = model;
    this.#work = work;
    this.#clock = clock;
    this.#epochs = epochs;
    this.#browsers = browsers;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const row = toArtifactRow(this.#model, {
      id,
      payload: this.#withWhere(payload),
      lifetime: expiresIn,
      now: this.#clock(),
    });
    const exchange = this.#work.exchange();
    // A retry has its successor already.
    if (exchange?.retry && this.#model === 'RefreshToken') return;
    const borne = { ...row, ...this.#epochsOf(row) };
    if (exchange && ISSUED.has(this.#model)) exchange.writes.issued.push(borne);
    else await this.#save(id, payload, { row: borne, epoch: this.#signInEpochOf(row) });
  }

  /** A session tells the person from where they were seen in it last. */
  #withWhere(payload: AdapterPayload): AdapterPayload {
    if (this.#model !== 'Session' || !payload.accountId) return payload;
    return { ...payload, from: this.#browsers.now(), seenAt: Math.floor(this.#clock().getTime() / 1000) };
  }

  async #save(id: string, payload: AdapterPayload, saving: Saving): Promise<void> {
    const visit = this.#work.visit();
    if (visit) visit.save({ model: this.#model, id }, payload, saving);
    else await saveArtifact(this.#work.db(), saving.row, saving.epoch);
  }

  /** The epochs that a grant, code or access token bears. An epoch that this request has not read counts as 0. */
  #epochsOf({ account_id: accountId, client_id: clientId }: ArtifactRow): Partial<ArtifactRow> {
    if (OF_CLIENT_TOKENS.has(this.#model) && clientId) {
      return { client_tokens_epoch: this.#epochs.of(`client-tokens ${clientId}`) ?? 0 };
    }
    if (this.#model !== 'Grant' || !accountId || !clientId) return {};
    return {
      client_epoch: this.#epochs.of(appOf(clientId)) ?? 0,
      consent_epoch: this.#epochs.of(consentOf(accountId, clientId)) ?? 0,
    };
  }

  #signInEpochOf({ account_id: accountId }: ArtifactRow): number | 'now' | null {
    if (!OF_A_SIGN_IN.has(this.#model) || !accountId) return null;
    // A request that has read no earlier sign-in of the person is the sign-in itself.
    return this.#epochs.of(signInsOf(accountId)) ?? 'now';
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const exchange = this.#work.exchange();
    if (exchange && PRESENTED.has(this.#model)) return this.#present(id, exchange);
    const presented = await exchange?.presented?.found;
    if (this.#model === 'Grant' && presented?.payload.grantId === id) return presented.grant;
    const [db, visit] = [this.#work.db(), this.#work.visit()];
    const stored = await (visit ? visit.find(db, this.#model, id) : findArtifact(db, this.#model, id));
    if (stored?.signIn) this.#epochs.note(signInsOf(stored.signIn.accountId), stored.signIn.epoch);
    return stored && withUse(stored);
  }

  /** The provider asks once for each kind that a token may be of. The database is asked only the first time. */
  async #present(id: string, exchange: Exchange): Promise<AdapterPayload | undefined> {
    if (exchange.presented?.id !== id) exchange.presented = { id, found: this.#work.find(id) };
    const presented = await exchange.presented.found;
    if (presented?.model !== this.#model) return undefined;
    this.#epochs.noteStored(presented);
    const { judgeRetry } = exchange;
    const mayBeRetry = judgeRetry && presented.consumedAt && this.#model === 'RefreshToken';
    const found = mayBeRetry ? await findRetry(this.#work.db(), id, this.#clock()) : undefined;
    if (!judgeRetry || !found) return withUse(presented);
    // The provider sees the token as unused, so it checks the retry like any refresh. consume() then decides about the retry.
    exchange.retry = { ...found, tokenHash: hashOf(id), verdict: judgeRetry(found, presented.payload) };
    return presented.payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const session = (await this.#work.exchange()?.presented?.found)?.session;
    if (this.#model === 'Session' && session?.uid === uid) return session.payload;
    const [db, visit] = [this.#work.db(), this.#work.visit()];
    return visit && this.#model === 'Session' ? visit.findSession(db, uid) : findArtifactByUid(db, this.#model, uid);
  }

  /** Only device codes have one (device/codes.ts). */
  async findByUserCode(): Promise<undefined> {}

  /** The provider ignores what this returns, so the second request for the same thing gets its error from here. */
  async consume(id: string): Promise<void> {
    const exchange = this.#work.exchange();
    if (exchange?.retry && hashOf(id).equals(exchange.retry.tokenHash)) return useAgain(exchange.retry.verdict);
    if (exchange && SINGLE_USE.has(this.#model)) {
      exchange.writes.consumed = { model: this.#model, id };
      return;
    }
    if (await consumeArtifact(this.#work.db(), this.#model, id, this.#clock())) return;
    if (this.#model === 'PushedAuthorizationRequest')
      throw new errors.InvalidRequestUri('request_uri was already used');
    throw new errors.InvalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    const visit = this.#work.visit();
    if (visit) return visit.remove({ model: this.#model, id });
    await this.#end({ artifacts: [{ model: this.#model, id }], grants: [] });
  }

  /** The provider calls this for several kinds of token, and always for access tokens. That call ends the tokens of all kinds. */
  async revokeByGrantId(grantId: string): Promise<void> {
    if (this.#model === 'AccessToken') await this.#end({ artifacts: [], grants: [grantId] });
  }

  /** During an exchange this only notes what has to end; the exchange ends it when it is over. */
  async #end(endings: Endings): Promise<void> {
    const gathered = this.#work.exchange()?.endings;
    gathered?.artifacts.push(...endings.artifacts);
    gathered?.grants.push(...endings.grants);
    if (!gathered) await end(this.#work.db(), endings, { actor: { type: 'system' }, events: [], now: this.#clock() });
  }
}

/** Lets a retry go on without using anything up. @throws AnsweredBefore @throws InvalidGrant, and the family stays */
function useAgain(verdict: RetryVerdict): void {
  if (verdict === 'same answer') throw new AnsweredBefore();
  if (verdict === 'other key') throw new errors.InvalidGrant('the retry has another proof key than the refresh had');
  if (verdict === 'successor used')
    throw new errors.InvalidGrant('both this refresh token and its successor were used');
}

function withUse({ payload, consumedAt }: StoredArtifact): AdapterPayload {
  return consumedAt ? { ...payload, consumed: Math.floor(consumedAt.getTime() / 1000) } : payload;
}

function clientAdapter(
  work: UnitOfWork,
  clientCache: ClientCache,
  { epochs, signing }: { readonly epochs: Epochs; readonly signing: SigningAlgorithms },
): Adapter {
  const readOnly = async (): Promise<never> => {
    throw new Error('apps are changed by the actions in clients/, not through the provider');
  };
  return {
    async find(id) {
      const entry = await clientCache.find(work.db(), id);
      // The epoch of the moment in which the entry was read, however long ago that is.
      if (entry) epochs.noteClient(entry);
      return entry && toClientMetadata(entry, signing);
    },
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
    findByUid: readOnly,
    findByUserCode: readOnly,
  };
}
