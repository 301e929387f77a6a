import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/postgres.ts';
import { type Program, pathWithNode, run, start } from './program.ts';

let folder: string;
let issuer: string;
let server: Program;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-quick-start-'));
  const port = String(await freePort());
  issuer = `http://localhost:${port}`;
  server = start('src/main.ts', { PORT: port, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'warn' });
  await server.says(/Ctrl-C stops the server/);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A command of the start-up message, as someone would paste it. */
function printed(beginning: string): string {
  const text = server.output().replaceAll('\\\n', '');
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line.includes(beginning)) ?? ''
  );
}

describe('what the first start prints', () => {
  it('gives a token, and verifies it, by copy and paste', async () => {
    const answer = await run('/bin/sh', ['-c', printed('curl ')], {});
    const { access_token: token } = JSON.parse(answer.stdout) as { access_token: string };
    const command = printed('npm run --silent example:verify').replace('PASTE_THE_TOKEN_HERE', token);
    const verified = await run('/bin/sh', ['-c', command], { ISSUER: issuer, PATH: pathWithNode() });

    expect(verified.stderr).not.toContain('Not a valid token');
    expect(JSON.parse(verified.stdout)).toMatchObject({ iss: issuer, aud: 'https://reports.example.com' });
  });

  it('leaves credentials that the examples find by themselves', async () => {
    const dataDir = join(folder, 'data');
    const api = start('examples/resource-server.ts', { ISSUER: issuer, PORT: String(await freePort()) });
    const address = (await api.says(/listens on (http:\S+)/))[1] ?? '';
    const backend = start('examples/dashboard-backend.ts', { ISSUER: issuer, DATA_DIR: dataDir, API_URL: address });
    try {
      await backend.says(/ 200 .*Open orders/);
    } finally {
      await backend.stop();
      await api.stop();
    }
  });
});
