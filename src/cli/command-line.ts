import type { Command } from 'commander';
import type { Kysely } from 'kysely';
import type { By, HouseRules } from '../access.ts';
import { type Config, ConfigError, type MasterKey } from '../config.ts';
import type { Database } from '../db/connections/connection.ts';
import { migrateUp, pendingMigrations } from '../db/migrator.ts';
import type { Tables } from '../db/tables/tables.ts';
import { resolveSecrets } from '../generated-secrets.ts';
import type { RotationParts } from '../keys/rotation.ts';
import type { Signer } from '../keys/signers/signer.ts';
import { createSigners } from '../keys/signers/signers.ts';
import { hasSigningKeys } from '../keys/signing-keys.ts';
import { LONGEST_TOKEN_LIFETIME, type RotationPolicy } from '../keys/stages.ts';
import { createOutbox, type Outbox } from '../mail/outbox.ts';
import type { Io } from './io.ts';
import { formatJson } from './output.ts';

/** The database and the keys as a command may use them. */
export interface Session {
  readonly db: Kysely<Tables>;
  readonly config: Config;
  /** Asked only by commands that need keys. @throws {ConfigError} */
  keys(database: { hasKeys: boolean }): { policy: RotationPolicy; signer: Signer; masterKeys: readonly MasterKey[] };
  close(): Promise<void>;
}

/** What a session takes from the configuration. */
export function sessionOf(config: Config, database: Pick<Database, 'db'>, close: () => Promise<void>): Session {
  return {
    db: database.db,
    config,
    close,
    keys({ hasKeys }) {
      const { masterKeys } = resolveSecrets(config, hasKeys);
      const policy = { ...config.keyRotation, retainFor: LONGEST_TOKEN_LIFETIME };
      return { policy, masterKeys, signer: createSigners(masterKeys, config.signerSocket)[0] };
    },
  };
}

export type OpenSession = () => Promise<Session>;

export interface KeyWork {
  readonly db: Kysely<Tables>;
  readonly rotation: RotationParts;
  readonly masterKeys: readonly MasterKey[];
}

/** What some commands need beside the database; asked for only by them, since the keys may be elsewhere. */
export interface Tools {
  readonly config: Config;
  /** Where mails go that tell of a change. @throws {ConfigError} */
  outbox(): Outbox;
}

type Work<T> = (db: Kysely<Tables>, tools: Tools) => Promise<T>;

/** What every command gets. */
export interface CommandLine {
  readonly io: Io;
  /** Runs `work` on a database that has all migrations. @throws {ConfigError} when it lacks some and may not be migrated */
  withDatabase<T>(work: Work<T>): Promise<T>;
  /** The same, for work with signing keys. */
  withKeys<T>(work: (keys: KeyWork) => Promise<T>): Promise<T>;
  /** Runs `work` on the database as it is. */
  withUnmigratedDatabase<T>(work: Work<T>): Promise<T>;
  /** Who changes something, and when; with the rules of the house where the action has any. */
  by(rules?: HouseRules): By;
  /** Sets the exit code of a command that has succeeded; 0 without a call. */
  endWith(code: number): void;
  /** Prints the one result: a JSON value with `--json`, else text for a person. */
  answer(options: { json?: boolean }, result: { json: unknown; text: string }): void;
}

export function createCommandLine(io: Io, open: OpenSession, endWith: (code: number) => void = () => {}): CommandLine {
  return {
    io,
    endWith,
    withDatabase: (work) =>
      withSession(open, async (session) => {
        await ensureMigrated(session);
        return work(session.db, toolsOf(session, await hasSigningKeys(session.db)));
      }),
    withKeys: (work) =>
      withSession(open, async (session) => {
        await ensureMigrated(session);
        const { policy, signer, masterKeys } = session.keys({ hasKeys: await hasSigningKeys(session.db) });
        return work({ db: session.db, rotation: { db: session.db, signer, policy }, masterKeys });
      }),
    withUnmigratedDatabase: (work) => withSession(open, (session) => work(session.db, toolsOf(session, true))),
    by: (rules) => ({
      actor: { type: 'operator' },
      now: new Date(),
      ...(rules && { rules: { httpRedirectHosts: rules.httpRedirectHosts } }),
    }),
    answer: ({ json }, result) => io.stdout(json ? formatJson(result.json) : `${result.text}\n`),
  };
}

/** Every command has it, so that a program never has to read text made for people. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON value and nothing else');
}

async function withSession<T>(open: OpenSession, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await open();
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

function toolsOf({ config, keys }: Session, hasKeys: boolean): Tools {
  return { config, outbox: () => createOutbox(keys({ hasKeys }).masterKeys, config.issuer) };
}

async function ensureMigrated({ db, config }: Session): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return;
  if (config.migrate === 'check') {
    throw new ConfigError(
      'MIGRATE',
      `the database lacks ${pending.join(', ')}; run "npx latchkey migrate up", or set MIGRATE=auto`,
    );
  }
  await migrateUp(db);
}
