import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connect, pollForm, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { obtainCode, signIn } from '../support/relying-app.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';

const WAYS = [{}, { unknown: 'not for the quick way' }];

let server: TestServer;
let web: Awaited<ReturnType<typeof aClient>>;
let device: Awaited<ReturnType<typeof aClient>>;
let ada: Awaited<ReturnType<typeof aPerson>>;
let parameters: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  ada = await aPerson(server.database);
  const api = await anApi(server.database);
  const subscriptions = [{ api: api.identifier, scopes: ['reports:read'] }];
  web = await aClient(server.database, { type: 'web', subscriptions });
  device = await aClient(server.database, { type: 'device', subscriptions });
  parameters = { scope: 'openid offline_access reports:read', prompt: 'consent', resource: api.identifier };
});
afterAll(() => server.stop());

/** Something that is good for one exchange, as the form that uses it. */
const exchanges: [string, () => Promise<Record<string, string>>][] = [
  ['a code', async () => (await obtainCode(server, web, ada, parameters)).form],
  [
    'a refresh token',
    async () => ({
      grant_type: 'refresh_token',
      refresh_token: (await signIn(server, web, ada, { parameters })).tokens.refresh_token ?? '',
    }),
  ],
  [
    'a device code',
    async () => {
      const started = await startDevice(server, device);
      await connect(new Person(server.issuer), started.user_code, ada);
      return pollForm(device, started);
    },
  ],
];

it.each(exchanges)(
  '%s that the deadline kept from being exchanged is good once the tables are free, and once',
  async (_what, begin) => {
    const forms: Record<string, string>[] = [];
    for (const more of WAYS) forms.push({ ...(await begin()), ...more });
    const all = () =>
      Promise.all(
        forms.map(async (form) => {
          const { status, body } = await post(server, '/token', form, form.client_id ? undefined : web);
          return [status, body.error];
        }),
      );
    const locked = await server.database.db.transaction().execute(async (trx) => {
      await sql`lock table artifacts in share mode`.execute(trx);
      return all();
    });
    expect(locked).toEqual(WAYS.map(() => [503, 'temporarily_unavailable']));
    expect(await all()).toEqual(WAYS.map(() => [200, undefined]));
    expect(await all()).toEqual(WAYS.map(() => [400, 'invalid_grant']));
  },
);
