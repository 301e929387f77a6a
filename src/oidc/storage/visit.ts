import { findActiveAccount } from '../../accounts/accounts.ts';
import type { Db } from '../../db/connections/connection.ts';
import { Statement } from '../../db/statement.ts';
import {
  type ArtifactPayload,
  decodePayload,
  type FoundArtifact,
  findArtifactByUid,
  hashOf,
} from '../../tokens/storage/artifacts.ts';
import { type Saving, saveWithin } from '../../tokens/storage/saves-together.ts';
import { type FoundInVisit, findInVisit, type Person } from './visit-reads.ts';

/** What a browser is in the middle of. It is written by requests of that browser, one after the other. */
const OF_THE_BROWSER = /^(Interaction|Session) /;

interface Named {
  readonly model: string;
  readonly id: string;
}

/** A grant is read anew where something depends on it. */
const withoutGrant = async (found: Promise<FoundInVisit | undefined>) => {
  const known = await found;
  return known && { ...known, grant: undefined };
};
const keyOf = ({ model, id }: Named) => `${model} ${id}`;
const copyOf = <T>(payload: T): T => JSON.parse(JSON.stringify(payload)) as T;

/**
 * A browser's request on its way through sign-in and consent. Each artifact is read once, and all that is saved and removed is
 * written in one statement at the end: all of it is there afterwards, or nothing.
 */
export class Visit {
  readonly interaction: string | undefined;
  readonly #read: Map<string, Promise<FoundInVisit | undefined>>;
  readonly #saved = new Map<string, Saving & { readonly payload: ArtifactPayload }>();
  readonly #removed = new Map<string, Named>();

  /** @param under what the address names: an interaction that is likely to be asked for */
  constructor(interaction: string | undefined, earlier?: Visit) {
    this.interaction = interaction;
    const kept = [...(earlier ? earlier.#read : [])].filter(([key]) => OF_THE_BROWSER.test(key));
    this.#read = new Map(kept.map(([key, found]) => [key, withoutGrant(found)]));
  }

  async find(db: Db, model: string, id: string): Promise<FoundArtifact | undefined> {
    const key = keyOf({ model, id });
    if (this.#removed.has(key)) return undefined;
    const saved = this.#saved.get(key);
    if (saved) return { payload: { ...copyOf(saved.payload), jti: id }, consumedAt: null, signIn: undefined };
    const found = (await this.#findWithOthers(db, model, id)) ?? (await this.#readOnce(db, model, id))?.artifact;
    return found && { ...found, payload: copyOf(found.payload) };
  }

  /** The session of the interaction is read with it. */
  async findSession(db: Db, uid: string): Promise<ArtifactPayload | undefined> {
    const known = (await Promise.all(this.#read.values())).find((found) => found?.session?.payload.uid === uid);
    return known?.session ? copyOf(known.session.payload) : findArtifactByUid(db, 'Session', uid);
  }

  /** A person who may sign in. */
  async findPerson(db: Db, accountId: string): Promise<Person | undefined> {
    const known = (await Promise.all(this.#read.values())).find((found) => found?.person?.id === accountId);
    return known?.person ?? findActiveAccount(db, accountId);
  }

  /** What was read with something else. */
  async #findWithOthers(db: Db, model: string, id: string): Promise<FoundArtifact | undefined> {
    if (model === 'Session') return this.#sessionWith(db, id);
    if (model !== 'Grant') return undefined;
    const known = (await Promise.all(this.#read.values())).find((found) => found?.grant?.jti === id);
    return known?.grant && { payload: known.grant, consumedAt: null, signIn: undefined };
  }

  async #sessionWith(db: Db, id: string): Promise<FoundArtifact | undefined> {
    const { interaction } = this;
    const session = interaction ? (await this.#readOnce(db, 'Interaction', interaction))?.session : undefined;
    if (!session || !hashOf(id).equals(session.idHash)) return undefined;
    return { payload: decodePayload('Session', id, session.payload), consumedAt: null, signIn: session.signIn };
  }

  #readOnce(db: Db, model: string, id: string): Promise<FoundInVisit | undefined> {
    const key = keyOf({ model, id });
    const found = this.#read.get(key) ?? findInVisit(db, model, id);
    this.#read.set(key, found);
    return found;
  }

  save(named: Named, payload: ArtifactPayload, saving: Saving): void {
    this.#removed.delete(keyOf(named));
    this.#saved.set(keyOf(named), { ...saving, payload: copyOf(payload) });
  }

  remove(named: Named): void {
    this.#saved.delete(keyOf(named));
    this.#removed.set(keyOf(named), named);
  }

  /** Writes what is there to write, and with it what is added. @returns false if it has a basis that gave no row: then nothing is written */
  async write(db: Db, addTo?: (statement: Statement) => Promise<void>): Promise<boolean> {
    if (!addTo && this.#saved.size + this.#removed.size === 0) return true;
    const statement = new Statement();
    await addTo?.(statement);
    saveWithin(statement, [...this.#saved.values()]);
    for (const { model, id } of this.#removed.values()) {
      statement.add(`delete from artifacts where exists (select from basis)
        and id_hash = ${statement.parameter(hashOf(id), 'bytea')} and model = ${statement.parameter(model, 'text')}`);
    }
    this.#saved.clear();
    this.#removed.clear();
    return statement.run(db);
  }
}
