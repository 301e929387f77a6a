import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { protectSnippets } from '../../src/portal/apis/protect.ts';
import { type Program, root, startLine } from '../examples/program.ts';
import { aClient, anApi } from '../support/factories.ts';
import { freePort } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { requestToken } from '../support/tokens.ts';

let server: TestServer;
let folder: string;
let audience: string;
let tokens: Record<'reader' | 'writer' | 'stranger', string>;

beforeAll(async () => {
  server = await startTestServer();
  // Below this project's node_modules, which has the frameworks.
  mkdirSync(join(root, 'test-results'), { recursive: true });
  folder = mkdtempSync(join(root, 'test-results', 'protect-'));
  audience = (await anApi(server.database)).identifier;
  const other = (await anApi(server.database)).identifier;
  tokens = {
    reader: await aToken(audience, 'reports:read'),
    writer: await aToken(audience, 'reports:write'),
    stranger: await aToken(other, 'reports:read'),
  };
});
let program: Program | undefined;
afterEach(async () => {
  await program?.stop();
  program = undefined;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

async function aToken(api: string, scope: string): Promise<string> {
  const client = await aClient(server.database, { type: 'machine', subscriptions: [{ api, scopes: [scope] }] });
  return String((await requestToken(server, client, { resource: api })).body.access_token);
}

const snippets = () => protectSnippets({ issuer: server.issuer, audience, scope: 'reports:read' });
const codeOf = (label: string) => snippets().find((one) => one.label === label)?.code ?? '';
/** In a project the package would be installed from its file. */
const here = (code: string) => code.replace("'latchkey/verifier'", `'${join(root, 'src/verifier/index.ts')}'`);

const statusOf = async (url: string, token?: string) =>
  (await fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })).status;

/** Tries until somebody listens; the programs say nothing when they do. */
async function answering(url: string): Promise<void> {
  for (;;) {
    if (await fetch(url).catch(() => undefined)) return;
    const [problem] = /^.*Error[\s\S]*/m.exec(program?.output() ?? '') ?? [];
    if (problem) throw new Error(problem);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('what the owner of an API copies to protect it', () => {
  it.each([
    ['Koa', 'api.mjs', 'exec node api.mjs', 200],
    ['Express', 'api.mjs', 'exec node api.mjs', 200],
    ['Fastify', 'api.mjs', 'exec node api.mjs', 200],
    ['nginx', 'api.mjs', 'exec node api.mjs', 204],
    ['Python', 'api.py', 'exec /usr/bin/python3 -m flask --app api run --port $PORT', 200],
  ])('lets in who has a good token with the scope, and nobody else: %s', async (label, file, command, good) => {
    const port = String(await freePort());
    writeFileSync(join(folder, file), here(codeOf(label)));
    program = startLine(`cd '${folder}'; ${command}`, { PORT: port });
    const url = `http://${label === 'nginx' || label === 'Python' ? '127.0.0.1' : 'localhost'}:${port}/`;
    await answering(url);

    expect(await statusOf(url, tokens.reader)).toBe(good);
    expect(await statusOf(url)).toBe(401);
    expect(await statusOf(url, tokens.stranger)).toBe(401);
    expect(await statusOf(url, tokens.writer)).toBe(403);
  });

  it('lets them in by a handler of Request: fetch', async () => {
    writeFileSync(join(folder, 'route.mjs'), here(codeOf('fetch')));
    writeFileSync(join(folder, 'call.mjs'), CALL);
    program = startLine(`cd '${folder}'; exec node call.mjs`, { TOKENS: JSON.stringify(Object.values(tokens)) });

    expect((await program.says(/said (\[.*\])/))[1]).toBe('[200,403,401,401]');
  });

  it('names no package of a registry that is not there', () => {
    const installed = snippets().flatMap(({ how }) => /npm install ([^,]*),/.exec(how)?.[1]?.split(' ') ?? []);
    expect([...new Set(installed)].sort()).toEqual(['./latchkey-0.1.0.tgz', 'express', 'fastify', 'koa']);
  });
});

const CALL = `import { GET } from './route.mjs';
const said = [];
for (const token of [...JSON.parse(process.env.TOKENS), undefined]) {
  const headers = token ? { authorization: 'Bearer ' + token } : {};
  said.push((await GET(new Request('http://localhost/', { headers }))).status);
}
console.log('said', JSON.stringify(said));
process.exit();`;
