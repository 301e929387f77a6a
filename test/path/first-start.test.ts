import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Program, pathWithNode, run, start } from '../examples/program.ts';
import { freePort } from '../support/postgres.ts';

let folder: string;
let issuer: string;
let metrics: string;
let server: Program;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-below-a-path-'));
  const [port, metricsPort] = [String(await freePort()), String(await freePort())];
  issuer = `http://localhost:${port}/auth`;
  metrics = `http://localhost:${metricsPort}/metrics`;
  const env = {
    PORT: port,
    ISSUER: issuer,
    METRICS_PORT: metricsPort,
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'warn',
  };
  server = start('src/main.ts', env);
  await server.says(/Ctrl-C stops the server/);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A line of the start-up message that has these words, as someone would paste it. */
const printed = (words: string) =>
  server
    .output()
    .replaceAll('\\\n', '')
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line.includes(words)) ?? '';

describe('what the first start below a path prints', () => {
  it('leads below the path', async () => {
    expect(printed('Latchkey listens')).toBe(`Latchkey listens on ${issuer}`);
    for (const [words, type] of [
      ['Discovery', 'application/json; charset=utf-8'],
      ['Sign-in page', 'text/html; charset=utf-8'],
    ] as const) {
      const [address = ''] = /http:\S+/.exec(printed(words)) ?? [];
      expect(address.startsWith(`${issuer}/`)).toBe(true);
      const response = await fetch(address, { redirect: 'manual', headers: { accept: type } });
      expect([words, response.status]).toEqual([words, words === 'Discovery' ? 200 : 303]);
    }
  });

  it('gives a token, verifies it and shows a client at work, by copy and paste', async () => {
    const answer = await run('/bin/sh', ['-c', printed('curl ')], {});
    const { access_token: token } = JSON.parse(answer.stdout) as { access_token: string };
    const verify = printed('npm run --silent example:verify').replace('PASTE_THE_TOKEN_HERE', token);
    const verified = await run('/bin/sh', ['-c', verify], { PATH: pathWithNode() });
    expect(JSON.parse(verified.stdout)).toMatchObject({ iss: issuer, aud: 'https://reports.example.com' });
    const demo = printed('latchkey demo').replace('npx latchkey', 'node src/cli/latchkey.ts');
    expect(demo).toBe(`ISSUER=${issuer} node src/cli/latchkey.ts demo client-credentials`);
    const shown = await run('/bin/sh', ['-c', demo], { PATH: pathWithNode(), DATA_DIR: join(folder, 'data') });
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toContain('> POST /auth/token HTTP/1.1\n');
    expect(shown.stdout).toMatch(/\n {5}signature +good\n/);
  });

  it('is counted by the same names as anywhere', async () => {
    const text = await (await fetch(metrics)).text();
    expect(text).toMatch(/latchkey_http_requests_total\{route="token",status="2xx"\} 2\n/);
    expect(text).toMatch(/latchkey_tokens_issued_total\{grant_type="client_credentials"\} 2\n/);
    expect(text).not.toContain('route="authorization"');
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
