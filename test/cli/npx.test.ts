import { cpSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { pathWithNode, root, run } from '../examples/program.ts';
import { temporaryFolder } from './processes.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const npx = (cwd: string, env: Record<string, string>) =>
  run('/bin/sh', ['-c', `cd '${cwd}' && npx latchkey app list --help < /dev/null`], env);

/** The one that npm itself runs on, where no script of npm has put another one first. It may be older than ours. */
const pathOfSystem = () =>
  (process.env.PATH ?? '')
    .split(':')
    .filter((entry) => !entry.includes('node_modules'))
    .join(':');

describe('npx latchkey', () => {
  it.each([
    ['on the Node.js that npm ci has brought', pathWithNode],
    ['on that of the system', pathOfSystem],
  ])('answers %s, without a word of npm', async (_which, path) => {
    const { code, stdout, stderr } = await npx(root, { PATH: path() });

    expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: expect.stringContaining('list the apps') });
  });

  it('takes nothing of that name from the registry where npm ci has not been run', async () => {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, file), join(folder.path, file));
    const registry = await aRegistryWithAStranger();
    const env = {
      PATH: pathWithNode(),
      npm_config_cache: join(folder.path, 'cache'),
      npm_config_registry: registry.url,
    };
    const { code, stdout } = await npx(folder.path, env);
    registry.close();

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    // The project has this name itself, so npx looks no further.
    expect(registry.asked()).toEqual([]);
  });
});

/** Somebody else's package with the name of the command. */
async function aRegistryWithAStranger() {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const tarball = `${address()}/latchkey.tgz`;
    const version = { name: 'latchkey', version: '9.9.9', bin: { latchkey: 'x.js' }, dist: { tarball } };
    if (url.endsWith('.tgz')) response.writeHead(404).end();
    else
      response.end(
        JSON.stringify({ name: 'latchkey', 'dist-tags': { latest: '9.9.9' }, versions: { '9.9.9': version } }),
      );
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: address(),
    asked: () => [...new Set(asked)],
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('bin/latchkey.js', () => {
  it('says in one line that a Node.js is too old', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(old)}`, join(root, 'bin', 'latchkey.js')];

    expect(await run(process.execPath, args, {})).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'error: Latchkey needs Node.js 24.15 or newer, and this is 20.20.2; run "npm ci", or install a newer Node.js\n',
    });
  });
});
