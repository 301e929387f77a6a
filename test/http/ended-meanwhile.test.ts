import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aWorld, ENDINGS, type Ending } from '../support/endings.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Outcome, STEPS, type Step } from '../support/steps.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const OF_PERSON: Ending[] = ['password changed', 'person disabled', 'person disabled for a while', 'person deleted'];
const OF_SESSION: Ending[] = ['sessions ended', ...OF_PERSON];
const OF_APP: Ending[] = ['app disabled', 'app deleted', 'team suspended'];
const OF_API: Ending[] = [
  'API suspended',
  'API deleted',
  'scope removed',
  'subscription suspended',
  'subscription ended',
];

const OF_ROLES: Ending[] = ['role taken', 'role deleted'];

const GONE = '400 This did not work';
/** A stop of the app or of the consent: what came before is over, and it begins anew at once. */
const OF_GRANT: Ending[] = ['consent withdrawn', 'app disabled for a while'];
const grantEnds = { '400 invalid_grant': [...OF_PERSON, ...OF_GRANT], '401 invalid_client': OF_APP };
const refreshed = { else: '200', ...grantEnds, '400 invalid_target': OF_API };
const signInEnds = { [GONE]: [...OF_SESSION, ...OF_APP, 'redirect address removed'] };

/** What each step says after what has ended; `else` is what it says of everything else. */
const EXPECTED: Record<string, { else: Outcome; [outcome: Outcome]: readonly string[] | Outcome }> = {
  'exchange of a code': { ...refreshed, '400 invalid_grant': [...OF_SESSION, ...OF_GRANT] },
  'exchange of a code without a refresh token': {
    else: '200',
    '400 invalid_grant': [...OF_SESSION, ...OF_GRANT],
    '401 invalid_client': OF_APP,
  },
  refresh: refreshed,
  'refresh once more': refreshed,
  UserInfo: { else: '200', '401 invalid_token': [...OF_SESSION, ...OF_GRANT, ...OF_APP] },
  introspection: {
    else: '200 active true',
    '200 active false': [...OF_SESSION, ...OF_GRANT],
    '401 invalid_client': OF_APP,
  },
  'authorization with a session': {
    else: 'app: code',
    '200 sign-in': OF_SESSION,
    '200 consent': ['consent withdrawn'],
    'app: invalid_target': OF_API,
    [GONE]: [...OF_APP, 'redirect address removed'],
  },
  'authorization with what was pushed': {
    else: '200 sign-in',
    'app: invalid_target': OF_API,
    [GONE]: [...OF_APP, 'redirect address removed'],
  },
  'sign-in form': {
    else: '200 consent',
    '400 sign-in': ['password changed', 'person disabled', 'person deleted'],
    'app: invalid_target': OF_API,
    [GONE]: [...OF_APP, 'redirect address removed'],
  },
  'consent page': { else: '200 consent', ...signInEnds },
  // What is asked for is less by now, so it is asked again.
  'consent form': { else: 'app: code', '409 consent': [...OF_API, ...OF_ROLES], ...signInEnds },
  'refusal of consent': { else: 'app: access_denied', ...signInEnds },
  'way back after consent': {
    else: 'app: code',
    '200 consent': ['consent withdrawn'],
    'app: invalid_target': OF_API,
    ...signInEnds,
  },
  'sign-out form': { else: '200 You are signed out', [GONE]: OF_SESSION },
  'poll of a device that waits': {
    else: '400 authorization_pending',
    '400 invalid_grant': ['app disabled for a while'],
    '401 invalid_client': OF_APP,
  },
  'poll of a device that is connected': { ...refreshed, '400 invalid_grant': [...OF_SESSION, ...OF_GRANT] },
  "refresh of a device's token": refreshed,
  'user code typed in': { else: '200 Connect', '400 Connect a device': [...OF_APP, 'app disabled for a while'] },
  'device confirmed': {
    else: '200 sign-in',
    '400 Connect a device': [...OF_APP, 'app disabled for a while'],
    '409 Connect': OF_API,
  },
  'consent for a device': {
    else: '200 ',
    '400 Connect a device': ['app disabled for a while'],
    '409 consent': [...OF_API, ...OF_ROLES],
    [GONE]: [...OF_SESSION, ...OF_APP],
  },
};

describe.each(Object.keys(STEPS))('%s', (name) => {
  const { on, before } = STEPS[name] as Step;
  const endings = (Object.keys(ENDINGS) as Ending[]).filter((ending) => on === 'web' || !ending.startsWith('redirect'));

  it('says what has ended meanwhile', async () => {
    const outcomes: Record<string, Outcome> = {};
    for (const ending of endings) {
      const world = await aWorld(server, on);
      const act = await before(world, new Person(server.issuer));
      await ENDINGS[ending](world);
      outcomes[ending] = await act();
    }
    const { else: usual, ...others } = EXPECTED[name] as (typeof EXPECTED)[string];
    const expected = (ending: Ending) => Object.keys(others).find((outcome) => others[outcome]?.includes(ending));
    expect(outcomes).toEqual(Object.fromEntries(endings.map((ending) => [ending, expected(ending) ?? usual])));
  });

  it('is done as ever when all of that came before', async () => {
    const world = await aWorld(server, on);
    await ENDINGS['app disabled for a while'](world);
    await ENDINGS['consent withdrawn'](world);
    const act = await before(world, new Person(server.issuer));
    expect(await act()).toBe((EXPECTED[name] as (typeof EXPECTED)[string]).else);
  });
});
