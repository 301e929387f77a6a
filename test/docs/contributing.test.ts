import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Program, pathWithNode, run, startLine } from '../examples/program.ts';
import { freePort } from '../support/postgres.ts';
import { fenced, plain, read, tableBelow } from './pages.ts';

const page = read('CONTRIBUTING.md');
const blocks = fenced(page, 'sh');
const tried = new Set<string>();
/** CI runs these itself, and each takes minutes. */
const OF_CI = ['npm ci', 'npm run check'];

/** The block with these words, without what CI runs itself. */
function block(words: string): string {
  const [text, another] = blocks.filter((one) => one.includes(words));
  if (text === undefined || another !== undefined) throw new Error(`not one block has "${words}"`);
  tried.add(text);
  return text
    .split('\n')
    .filter((line) => !OF_CI.includes(line))
    .join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'latchkey-contributing-'));
let server: Program;
let env: Record<string, string>;

beforeAll(async () => {
  const port = String(await freePort());
  env = { PORT: port, ISSUER: `http://localhost:${port}`, DATA_DIR: join(folder, 'first') };
  server = startLine(block('export PATH'), env);
  await server.says(/Ctrl-C stops the server/);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const runBlock = (words: string) => run('/bin/sh', ['-ec', block(words)], { ...env, PATH: pathWithNode() });

/** Starts a block in which each word on the left is written as the one on the right, and waits for what it says. */
async function startBlock(words: string, changes: Record<string, string>, says: RegExp): Promise<Program> {
  const line = Object.entries(changes).reduce((text, [from, to]) => text.replace(from, to), block(words));
  const program = startLine(line, {});
  await program.says(says).catch(async (error) => {
    await program.stop();
    throw error;
  });
  return program;
}

describe('the commands of CONTRIBUTING.md', () => {
  it('show requests on the wire', async () => {
    const { code, stdout, stderr } = await runBlock('latchkey demo');

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('grant_type=client_credentials');
  });

  it('fill the server', async () => {
    const { code, stdout, stderr } = await runBlock('api create');

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('identifier: https://orders.example.com');
  });

  it('start a second server, in a folder and at a port of its own', async () => {
    const port = String(await freePort());
    const changes = { 'data/second': join(folder, 'second'), '3001': port };
    const second = await startBlock('PORT=3001', changes, new RegExp(`listens on http://localhost:${port}\\b`));
    await second.stop();

    expect(existsSync(join(folder, 'second', 'demo.json'))).toBe(true);
  });

  it('log what oidc-provider says of an error', async () => {
    const port = String(await freePort());
    const changes = { LOG_LEVEL: `PORT=${port} ISSUER=http://localhost:${port} DATA_DIR=${folder}/third LOG_LEVEL` };
    const told = await startBlock('DEBUG=', changes, /Ctrl-C stops the server/);
    try {
      const { status } = await fetch(`http://localhost:${port}/auth?client_id=nobody`);
      expect(status).toBe(400);
      await told.says(/oidc-provider:\S+ .*invalid_client/);
    } finally {
      await told.stop();
    }
  });

  it.each([
    ['the server', 'inspect-brk src/main.ts'],
    ['a spec', 'runInBand'],
  ])('let a debugger stop %s', async (_what, words) => {
    const held = await startBlock(words, { '--inspect-brk': '--inspect-brk=0' }, /Debugger listening on ws:/);
    await held.stop();

    expect(held.output()).not.toMatch(/listens on|PASS|FAIL/);
  });

  it.each([
    ['a title', 'npm run test:postgres -- test/http/codes.test.ts -t B05', /postgres: 1 passed, 0 failed/],
    ['files', 'test/unit/policy.test.ts', /postgres: \d+ passed, 0 failed[\s\S]*embedded: 1 passed, 0 failed/],
  ])('run %s of the specs', async (_what, words, totals) => {
    const { code, stdout, stderr } = await runBlock(words);

    expect({ code, output: stdout + stderr }).toEqual({ code: 0, output: expect.stringMatching(totals) });
  });

  it('are all tried here', () => {
    expect(blocks.filter((text) => !tried.has(text))).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  it('lists every suite', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const suites = Object.keys(scripts).filter((name) => /^test\b/.test(name));

    expect(tableBelow(page, 'The suites').map(([command]) => plain(command).replace(/^npm (run )?/, ''))).toEqual(
      suites,
    );
  });
});
