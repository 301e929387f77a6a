import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeRecoveryCodes } from '../../src/accounts/factors/recovery-codes.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { aPerson } from '../support/factories.ts';
import { firstStep, withTotp } from '../support/factors.ts';
import { optionsOn, withPasskey } from '../support/passkeys.ts';
import { Person } from '../support/person.ts';
import { byOperator } from '../support/roles.ts';
import { postTo, type ServerProcess, startCluster } from '../support/server-process.ts';

/** More of them where faults are looked for (npm run test:faults). */
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 50) / 5;
/** Fewer than the limit of wrong codes. */
const PARALLEL = 8;

const key = randomBytes(32);
const secrets = { masterKeys: [{ id: 'test', key }], cookieKeys: [] };

let storage: TestDatabase;
let cluster: ServerProcess[];
beforeAll(async () => {
  storage = await createTestDatabase();
  cluster = await startCluster(storage.url ?? '', 2, { MASTER_KEYS: `test:${key.toString('base64')}` });
});
afterAll(async () => {
  await Promise.all(cluster.map((server) => server.stop()));
  await storage.drop();
});

const issuer = () => cluster[0]?.issuer ?? '';

/** Browsers in which somebody has given their password, and is asked for a code. */
const waiting = (ada: Awaited<ReturnType<typeof aPerson>>) =>
  Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      const person = new Person(issuer());
      const { url, text } = await firstStep(person, '/sign-in', ada);
      const csrf = /name="csrf" value="([^"]*)"/.exec(text)?.[1] ?? '';
      const cookie = [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
      return { path: new URL(url).pathname, csrf, cookie };
    }),
  );

/** The same code at once from all of them, spread over the processes. @returns the statuses */
async function race(browsers: Awaited<ReturnType<typeof waiting>>, code: string): Promise<number[]> {
  const answers = await Promise.all(
    browsers.map(({ path, csrf, cookie }, i) =>
      postTo(cluster[i % cluster.length] as ServerProcess, path, { csrf, code }, undefined, { cookie }),
    ),
  );
  return answers.map(({ status }) => status).sort();
}

const oneWins = [303, ...Array(PARALLEL - 1).fill(400)];

describe(`${PARALLEL} browsers at once, over two processes`, () => {
  it('J15: use one code of an authenticator app: one signs in', async () => {
    const { database } = storage;
    const ada = await aPerson(database);
    const code = await withTotp({ database, secrets, issuer: issuer() }, ada);
    for (let round = 0; round < ROUNDS; round += 1) {
      const browsers = await waiting(ada);
      expect(await race(browsers, code())).toEqual(oneWins);
      await database.db.updateTable('totp_factors').set({ used_step: 0 }).execute();
      await database.db.deleteFrom('throttles').execute();
    }
    const signedIn = database.db.selectFrom('audit_events').select('id').where('type', '=', 'account.signed_in');
    expect(await signedIn.execute()).toHaveLength(ROUNDS);
  }, 240_000);

  it('J15: use one recovery code: one signs in', async () => {
    const { database } = storage;
    const ada = await aPerson(database);
    await withTotp({ database, secrets, issuer: issuer() }, ada);
    const outbox = createOutbox(secrets.masterKeys, issuer());
    const codes = await makeRecoveryCodes(database.db, outbox, ada.account, byOperator());
    for (const code of codes.slice(0, ROUNDS)) {
      expect(await race(await waiting(ada), code)).toEqual(oneWins);
      await database.db.deleteFrom('throttles').execute();
    }
    const mails = database.db.selectFrom('mail_outbox').select('id').where('recipient', '=', ada.email);
    // One for the app, one for the codes, one for each that was used.
    expect(await mails.execute()).toHaveLength(2 + Math.min(codes.length, ROUNDS));
  }, 240_000);

  it('J15: use one answer of a passkey: one signs in', async () => {
    const { database } = storage;
    const ada = await aPerson(database);
    const passkey = await withPasskey({ database, issuer: issuer() }, ada.account.id);
    for (let round = 0; round < ROUNDS; round += 1) {
      const person = new Person(issuer());
      const page = await person.visit('/sign-in');
      const { options, csrf, target } = await optionsOn(person, page);
      const cookie = [...person.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
      const form = { csrf, answer: passkey.answer(options.challenge) };
      const answers = await Promise.all(
        Array.from({ length: PARALLEL }, (_, i) => {
          const process = cluster[i % cluster.length] as ServerProcess;
          return postTo(process, new URL(target).pathname, form, undefined, { cookie });
        }),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual(oneWins);
      await database.db.deleteFrom('throttles').execute();
    }
  }, 240_000);
});
