import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, enterCode } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Program, start } from './program.ts';

let server: TestServer;
let api: Program;
let surroundings: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  const resource = (await anApi(server.database)).identifier;
  const app = await aClient(server.database, {
    type: 'device',
    subscriptions: [{ api: resource, scopes: ['reports:read'] }],
  });
  const port = String(await freePort());
  api = start('examples/resource-server.ts', { ISSUER: server.issuer, AUDIENCE: resource, PORT: port });
  await api.says(/listens on/);
  surroundings = {
    ISSUER: server.issuer,
    AUDIENCE: resource,
    CLIENT_ID: app.clientId,
    API_URL: `http://localhost:${port}/reports`,
  };
});
afterAll(async () => {
  await api.stop();
  await server.stop();
});

/** @returns the program, and the code that it shows */
async function switchOn(): Promise<[Program, string]> {
  const program = start('examples/device.ts', surroundings);
  const [, code = ''] = await program.says(/enter this code:\s+([A-Z-]{11})\s/);
  await program.says(new RegExp(`${server.issuer}/device\\?user_code=${code}`));
  return [program, code];
}

describe('the example of a device', () => {
  it('shows a code, and reads the API for the person who enters it', async () => {
    const [program, code] = await switchOn();
    await connect(new Person(server.issuer), code, await aPerson(server.database, { name: 'Grace Hopper' }));
    await program.says(/Connected for Grace Hopper\.\n200 .*Open orders/);
    await program.stop();
  });

  it('says so when the person says no', async () => {
    const [program, code] = await switchOn();
    const person = new Person(server.issuer);
    await person.submit(await enterCode(person, code), '/device', { abort: 'yes' });
    await program.says(/You said no\. Nothing was connected\.\n/);
    await program.stop();
    expect(program.output()).not.toContain('Error');
  });
});
