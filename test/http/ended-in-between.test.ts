import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aWorld, ENDINGS, type Ending } from '../support/endings.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { afterStatement } from '../support/statements.ts';
import { STEPS, type Step } from '../support/steps.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

const MOMENTOUS: Ending[] = [
  'sessions ended',
  'person disabled for a while',
  'person deleted',
  'consent withdrawn',
  'app deleted',
  'API deleted',
];
const ALLOWED = /^(200|400 invalid_(grant|target)|401 invalid_client)$/;

describe.each(['exchange of a code', 'poll of a device that is connected', 'refresh'])('%s', (name) => {
  it.each(MOMENTOUS)('is done or refused, at whatever moment of it this happens: %s', async (ending) => {
    const { on, before } = STEPS[name] as Step;
    let moments = 0;
    for (let nth = 1, happened = true; happened; nth += 1) {
      const world = await aWorld(server, on);
      const act = await before(world, new Person(server.issuer));
      happened = false;
      afterStatement(
        '',
        () => {
          happened = true;
          return ENDINGS[ending](world);
        },
        nth,
      );
      expect([nth, await act()]).toEqual([nth, expect.stringMatching(ALLOWED)]);
      jest.restoreAllMocks();
      moments = nth;
    }
    expect(moments).toBeGreaterThan(1);
  });
});
