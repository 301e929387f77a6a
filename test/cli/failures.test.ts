import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandFailure, explainFailure } from '../../src/cli/failures.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { commandLineOf } from './in-process.ts';

let server: TestServer;
let run: ReturnType<typeof commandLineOf>['run'];
beforeAll(async () => {
  server = await startTestServer();
  ({ run } = commandLineOf(server));
});
afterAll(() => server.stop());

const nested = (depth: number) => `apps: ${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Files that apply cannot make anything of. */
const FILES: Record<string, string> = {
  'no YAML': 'apps: [',
  'a tab as indentation': 'apps:\n\t- id: x',
  'an unknown tag': 'apps: !!js/function "x"',
  'an anchor that is not there': 'apps: *nobody',
  'a key twice': 'apps: []\napps: []',
  'a list as a whole': '- apps',
  'a number as a whole': '7',
  nothing: '',
  'two documents': 'apps: []\n---\napps: []',
  'an unknown key': 'applications: []',
  'an unknown key in an app': 'apps:\n  - id: x\n    colour: red',
  'a text for a list': 'apps: many',
  'a number for a name': 'teams:\n  - name: 7',
  'null in a list': 'apps:\n  -',
  'deep nesting': nested(3000),
  'NUL in a name': 'teams:\n  - name: "a\\0b"',
  'half a character': 'teams:\n  - name: "\\ud800"',
  'a key that is no text': 'apps:\n  - ? [a]\n    : b',
  __proto__: 'teams:\n  - __proto__: x',
  'a merge key': 'teams:\n  - <<: x',
};

describe('apply', () => {
  it.each(Object.entries(FILES))('says in one line for each problem what is wrong with %s', async (_what, text) => {
    const { code, stdout, stderr } = await run(['apply', '-f', 'file.yaml'], { files: { 'file.yaml': text } });
    if (code === 0) {
      expect(stdout).toMatch(/^Nothing to do\./);
      return;
    }
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^(error: .*\n)+$/);
    expect(stderr).not.toMatch(/^ +at |\.ts:\d|something went wrong/m);
  });
});

it('has one line and no stack for a failure that nobody has foreseen', () => {
  const fault = Object.assign(new TypeError('cannot read\nproperties'), { code: 'E_ODD' });
  expect(explainFailure(fault)).toEqual([
    'something went wrong that should not: TypeError: cannot read (E_ODD); please report it with the command',
  ]);
  expect(explainFailure(new CommandFailure('no'))).toEqual(['no']);
});
