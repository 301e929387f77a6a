import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pino from 'pino';
import type { Db } from '../../src/db/connections/connection.ts';
import { endConsent } from '../../src/revocation/epochs.ts';
import { type ArtifactPayload, hashOf, saveArtifact, toArtifactRow } from '../../src/tokens/storage/artifacts.ts';
import { createExchanges } from '../../src/tokens/storage/exchanges.ts';
import { type Writes, write } from '../../src/tokens/storage/writes.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';
import { statementsDuring } from '../support/statements.ts';

const SEEDS = Number(process.env.TOGETHER_SEEDS ?? 12);
const NOW = new Date('2026-05-01T12:00:00Z');
const TOGETHER = 'unnest(';

let alone: TestDatabase;
let together: TestDatabase;
beforeAll(async () => {
  [alone, together] = [await createTestDatabase(), await createTestDatabase()];
});
afterAll(async () => {
  await Promise.all([alone, together].map((storage) => storage?.drop()));
});
afterEach(async () => {
  for (const { database } of [alone, together]) {
    for (const table of ['artifacts', 'refresh_retries', 'audit_events', 'accounts'] as const) {
      await database.db.deleteFrom(table).execute();
    }
  }
});

/** What may be wrong with a token, or with what it comes from. */
const FATES = [
  'good',
  'used',
  'missing',
  'without its grant',
  'of an app that was stopped',
  'of a consent that was withdrawn',
  'of a person who is disabled',
  'of a sign-in that ended',
] as const;

interface Token {
  readonly id: string;
  readonly model: 'AuthorizationCode' | 'RefreshToken';
  readonly fate: (typeof FATES)[number];
}

const partiesOf = (id: string) => ({
  accountId: `usr_${id}`,
  clientId: `app_${id}`,
  grantId: `grant_${id}`,
});

/** A token with all that its fate needs, the same wherever it is made. */
async function make(db: Db, { id, model, fate }: Token): Promise<void> {
  const { accountId, clientId, grantId } = partiesOf(id);
  await db
    .insertInto('accounts')
    .values({
      id: accountId,
      email: id,
      email_key: id,
      name: id,
      created_at: NOW,
      updated_at: NOW,
      disabled_at: fate === 'of a person who is disabled' ? NOW : null,
      sign_in_epoch: fate === 'of a sign-in that ended' ? 1 : 0,
    })
    .execute();
  const save = (kind: string, its: string, payload: ArtifactPayload, epoch: number | null = null) =>
    saveArtifact(db, toArtifactRow(kind, { id: its, payload, lifetime: 1000, now: NOW }), epoch);
  if (fate !== 'without its grant') await save('Grant', grantId, { accountId, clientId });
  if (fate !== 'missing') await save(model, id, { accountId, clientId, grantId }, 0);
  if (fate === 'used') {
    await db.updateTable('artifacts').set({ consumed_at: NOW }).where('id_hash', '=', hashOf(id)).execute();
  }
  if (fate === 'of an app that was stopped') {
    await db.insertInto('epochs').values({ kind: 'client', value: clientId, epoch: 1 }).execute();
  }
  if (fate === 'of a consent that was withdrawn') await endConsent(db, { clientId, accountId });
}

interface Request {
  readonly token: Token;
  readonly writes: Writes;
  /** Of what it writes PostgreSQL refuses something. */
  readonly isPoison: boolean;
}

const by = (token: Token) => ({
  actor: () => ({ type: 'client', id: partiesOf(token.id).clientId, ip: '192.0.2.1', requestId: token.id }) as const,
  now: NOW,
});

/** What two requests with one token would write is the same, so that it does not matter which of them does. */
function requestFor(token: Token, { isPoison = false, isForUserInfo = false, mayRetry = true } = {}): Request {
  const payload = { ...partiesOf(token.id), nonce: isPoison ? 'a\u0000b' : `{"'\\ ,NULL`, kind: 'RefreshToken' };
  const row = (model: string, id: string) => toArtifactRow(model, { id, payload, lifetime: 1000, now: NOW });
  const successor = `successor of ${token.id}`;
  const retry = {
    token_hash: hashOf(token.id),
    successor_hash: hashOf(successor),
    sealed: Buffer.from(`sealed ${token.id}`),
    expires_at: NOW,
  };
  return {
    token,
    isPoison,
    writes: {
      consumed: { model: token.model, id: token.id },
      issued: [row('RefreshToken', successor), ...(isForUserInfo ? [row('AccessToken', `access of ${token.id}`)] : [])],
      retries: mayRetry ? [retry] : [],
      events: [{ type: 'refresh.rotated', ...partiesOf(token.id) }],
    },
  };
}

/** Tokens of all fates, and requests with them, some of them several times. */
function sceneOf(seed: number) {
  const random = randomFrom(seed);
  const tokens = Array.from({ length: 1 + random.int(40) }, (_, place): Token => {
    const fate = random.chance(0.6) ? 'good' : random.one(FATES);
    return { id: `${seed}-${place}`, model: random.one(['AuthorizationCode', 'RefreshToken']), fate };
  });
  const poisoned = random.chance(0.3) ? 0.05 : 0;
  const requests = tokens.flatMap((token) => {
    const alike = { isForUserInfo: random.chance(0.3), mayRetry: token.model === 'RefreshToken' && random.chance(0.7) };
    const times = random.chance(0.2) ? 2 + random.int(2) : 1;
    return Array.from({ length: times }, () => requestFor(token, { ...alike, isPoison: random.chance(poisoned) }));
  });
  for (let place = requests.length - 1; place > 0; place -= 1) {
    const other = random.int(place);
    [requests[place], requests[other]] = [requests[other] as Request, requests[place] as Request];
  }
  return { tokens, requests };
}

const outcomeOf = (written: Promise<boolean>) =>
  written.then(String, (error: Error & { code?: string }) => error.code ?? error.message);

/** What came of each token, whichever request it was. */
function tally(requests: readonly Request[], outcomes: readonly string[]): Record<string, string[]> {
  const named = requests.map(({ token: { id, fate }, isPoison }, place) => [
    `${id}, ${fate}`,
    `${isPoison ? 'poison: ' : ''}${outcomes[place]}`,
  ]);
  const groups = Object.groupBy(named, ([name]) => name as string);
  return Object.fromEntries(
    Object.entries(groups)
      .map(([name, group]): [string, string[]] => [name, (group ?? []).map(([, outcome]) => outcome as string).sort()])
      .sort(),
  );
}

async function rowsOf({ database: { db } }: TestDatabase): Promise<string[]> {
  const events = await db.selectFrom('audit_events').selectAll().execute();
  const rows = [
    ...(await db.selectFrom('artifacts').selectAll().execute()),
    ...(await db.selectFrom('refresh_retries').selectAll().execute()),
    ...events.map(({ id: _, ...event }) => event),
  ];
  return rows.map((row) => JSON.stringify(row)).sort();
}

const goodTokens = (count: number) =>
  Array.from({ length: count }, (_, place): Token => ({ id: `t${place}`, model: 'RefreshToken', fate: 'good' }));

/** The first statement that inserts succeeds, and the second fails. A sequence counts: no rollback undoes it. */
async function failSecondInsert(db: Db, sqlstate: string): Promise<() => Promise<void>> {
  await sql`create sequence inserts`.execute(db);
  await sql
    .raw(`create function fail_second() returns trigger language plpgsql as $$
      begin
        if nextval('inserts') = 2 then raise exception 'injected' using errcode = '${sqlstate}'; end if;
        return null;
      end $$`)
    .execute(db);
  await sql`create trigger fail_second before insert on refresh_retries for each statement execute function fail_second()`.execute(
    db,
  );
  return async () => {
    await sql`drop trigger fail_second on refresh_retries`.execute(db);
    await sql`drop function fail_second`.execute(db);
    await sql`drop sequence inserts`.execute(db);
  };
}

const queueOf = ({ database }: TestDatabase, log = pino({ enabled: false })) => createExchanges(database, log).write;

describe('exchanges that come together', () => {
  it(`end as they would one by one, with ${SEEDS} seeds`, async () => {
    let written = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { tokens, requests } = sceneOf(seed);
      for (const { database } of [alone, together]) for (const token of tokens) await make(database.db, token);
      const singly: string[] = [];
      for (const { writes, token } of requests) {
        singly.push(await outcomeOf(write(alone.database.db, writes, by(token))));
      }
      const queue = queueOf(together);
      const atOnce = await Promise.all(requests.map(({ writes, token }) => outcomeOf(queue(writes, by(token)))));
      expect({ seed, ...tally(requests, atOnce) }).toEqual({ seed, ...tally(requests, singly) });
      expect(await rowsOf(together)).toEqual(await rowsOf(alone));
      written += atOnce.filter((outcome) => outcome === 'true').length;
    }
    expect(written).toBeGreaterThan(SEEDS * 5);
  });

  it('take one statement for up to 32, after the first', async () => {
    const tokens = goodTokens(1 + 32 + 7);
    for (const token of tokens) await make(together.database.db, token);
    const queue = queueOf(together);
    const statements = await statementsDuring(async () => {
      const answers = await Promise.all(tokens.map((token) => queue(requestFor(token).writes, by(token))));
      expect(answers).toEqual(tokens.map(() => true));
    });
    expect(statements.map((text) => text.includes(TOGETHER))).toEqual([false, true, true]);
  });

  it('are written one by one when PostgreSQL refuses them together, and the log says so', async () => {
    const tokens = goodTokens(6);
    for (const token of tokens) await make(together.database.db, token);
    const logged: string[] = [];
    const queue = queueOf(together, pino({}, { write: (line: string) => logged.push(line) }));
    const requests = tokens.map((token, place) => requestFor(token, { isPoison: place === 3 }));
    const outcomes = await Promise.all(requests.map(({ writes, token }) => outcomeOf(queue(writes, by(token)))));
    expect(outcomes).toEqual(['true', 'true', 'true', '22P05', 'true', 'true']);
    expect(logged.map((line) => JSON.parse(line)).map(({ msg, orders, err }) => [msg, orders, err.code])).toEqual([
      ['exchanges are written one by one', 5, '22P05'],
    ]);
  });

  it.each([
    ['40001', 'true'],
    ['40P01', 'true'],
    ['57014', 'true'],
    // Whether it was written is not known.
    ['57P01', '57P01'],
    ['08006', '08006'],
    ['40003', '40003'],
  ])('that fail together with %s are each answered %s', async (sqlstate, outcome) => {
    const tokens = goodTokens(6);
    for (const token of tokens) await make(together.database.db, token);
    const end = await failSecondInsert(together.database.db, sqlstate);
    const queue = queueOf(together);
    const answers = tokens.map((token) => outcomeOf(queue(requestFor(token).writes, by(token))));
    const outcomes = await Promise.all(answers);
    await end();
    expect(outcomes).toEqual(['true', ...Array(5).fill(outcome)]);
    const successors = await together.database.db
      .selectFrom('artifacts')
      .select('model')
      .where('consumed_at', 'is', null)
      .where('model', '=', 'RefreshToken')
      .where('created_at', '=', NOW)
      .execute();
    // One for each, used or not.
    expect(successors).toHaveLength(6);
  });

  it('do not wait for one whose token somebody else has locked', async () => {
    const tokens = goodTokens(8);
    for (const token of tokens) await make(together.database.db, token);
    const queue = queueOf(together);
    const settled: string[] = [];
    const { promise: open, resolve: unlock } = Promise.withResolvers<void>();
    const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
    const revocation = together.database.db.transaction().execute(async (trx) => {
      await trx.deleteFrom('artifacts').where('id_hash', '=', hashOf('t4')).execute();
      isLocked();
      await open;
    });
    await locked;
    const answers = tokens.map(async (token) => {
      const answer = await queue(requestFor(token).writes, by(token));
      settled.push(token.id);
      return answer;
    });
    await Promise.all(answers.filter((_, place) => place !== 4));
    const before = [...settled];
    unlock();
    await revocation;
    expect(before).not.toContain('t4');
    expect(await Promise.all(answers)).toEqual(tokens.map(({ id }) => id !== 't4'));
  });
});
