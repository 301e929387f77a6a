import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Demo } from '../../src/demo/credentials.ts';
import { type Program, pathWithNode, run, start, startLine } from '../examples/program.ts';
import { freePort } from '../support/postgres.ts';
import { pages, read, root } from './pages.ts';

/** What stands before a block that is not run here: who runs it, or why nobody can. */
const MARK = /<!-- (run by (\S+)|not run: [^\n]+) -->\n$/;
/** Has a spec of its own that runs all of it. */
const WHOLE = { 'CONTRIBUTING.md': 'test/docs/contributing.test.ts' };

interface Block {
  readonly page: string;
  readonly mark: string | undefined;
  readonly runBy: string | undefined;
  readonly commands: readonly string[];
}

const blocks = pages()
  .filter((page) => !(page in WHOLE))
  .flatMap(blocksOf);

function blocksOf(page: string): Block[] {
  const markdown = read(page);
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(({ index, 1: body = '' }) => {
    const [, mark, runBy] = MARK.exec(markdown.slice(0, index)) ?? [];
    return { page, mark, runBy, commands: commandsIn(body) };
  });
}

/** A line each, unless it ends with a backslash. */
function commandsIn(body: string): string[] {
  return body
    .split(/(?<!\\)\n/)
    .map((command) => command.trim())
    .filter(Boolean);
}

/** Ends by itself only when somebody ends it: what it says when it works, and settings so that it finds free ports. */
const LASTING: Readonly<Record<string, { says: RegExp; env: () => Record<string, string> }>> = {
  'npm run example:resource-server': { says: /The API listens/, env: () => ({ PORT: ports.api }) },
  'npm run example:backend': {
    says: / 200 .*Open orders/,
    env: () => ({ API_URL: `http://localhost:${ports.api}/reports` }),
  },
  'npm run example:dashboard': {
    says: /The dashboard listens on/,
    // CLIENT_ID is the demo's machine app here, which nobody signs in to.
    env: () => ({ REDIRECT_URI: `http://localhost:${ports.app}/callback`, CLIENT_ID: '', CLIENT_SECRET: '' }),
  },
  'npx latchkey demo authorization-code': { says: /Open this address/i, env: () => ({}) },
};

const folder = mkdtempSync(join(tmpdir(), 'latchkey-blocks-'));
const running: Program[] = [];
let ports: Record<'server' | 'api' | 'app', string>;
let server: Program;
let demo: Demo;
let env: Record<string, string>;

beforeAll(async () => {
  ports = { server: String(await freePort()), api: String(await freePort()), app: String(await freePort()) };
  const issuer = `http://localhost:${ports.server}`;
  const dataDir = join(folder, 'data');
  const shared = { ISSUER: issuer, DATA_DIR: dataDir };
  server = start('src/main.ts', { ...shared, PORT: ports.server, LOG_LEVEL: 'warn' });
  await server.says(/Ctrl-C stops the server/);
  demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as Demo;
  const { clientId, clientSecret } = demo.machine;
  env = { ...shared, PATH: pathWithNode(), CLIENT_ID: clientId, CLIENT_SECRET: clientSecret };
  for (const name of ['package.json', 'node_modules', 'bin', 'src', 'examples']) {
    symlinkSync(join(root, name), join(folder, name));
  }
  writeFileSync(join(folder, 'password.txt'), 'orchid-velvet-canyon-84\n');
});
afterAll(async () => {
  for (const program of running.reverse()) await program.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** test/cli/npx.test.ts proves that npx runs this; without npx a command takes a second less. */
const NPX = 'npx() { shift; node bin/latchkey.js "$@"; }';
/** The demo's own app is meant where a page says nothing else, and CLIENT_ID would be another one. */
const inFolder = (command: string) =>
  [`cd '${folder}'`, NPX, ...(/^npx latchkey/.test(command) ? ['unset CLIENT_ID CLIENT_SECRET'] : []), command].join(
    '\n',
  );

/** Ends with 1 where it finds something, and the demo has secrets that never end. */
const FINDS_SOMETHING = /latchkey doctor --fail-on warning/;

async function shell(command: string): Promise<string> {
  const script = `printf '%s\\n' 'orchid-velvet-canyon-84' | { ${inFolder(command)}\n}`;
  const { code, stdout, stderr } = await run('/bin/sh', ['-ec', script], env);
  if (code !== 0 && !FINDS_SOMETHING.test(command))
    throw new Error(`${command}\nended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

const ask = async <T>(command: string) => JSON.parse(await shell(`npx latchkey ${command} --json`)) as T;

type App = { client_id: string; client_secret: string };
const found = new Map<string, string>();

/** Ids and secrets in the pages stand for those that this server gave; each is looked up when it is first used. */
const STANDS_FOR: Readonly<Record<string, () => Promise<string> | string>> = {
  'http://localhost:3000': () => env.ISSUER ?? '',
  // Debian's, whose PyJWT is a package of apt.
  'python3 examples': () => '/usr/bin/python3 examples',
  'client_id=APP': () => `client_id=${demo.device.clientId}`,
  app_ab4c5949d9d85206e45f7d2e: () => demo.web.clientId,
  async PASTE_THE_TOKEN_HERE() {
    const pair = `${demo.machine.clientId}:${demo.machine.clientSecret}`;
    const form = `-d grant_type=client_credentials -d resource=${demo.api.identifier}`;
    return (JSON.parse(await shell(`curl -s ${env.ISSUER}/token -u '${pair}' ${form}`)) as { access_token: string })
      .access_token;
  },
  async app_8dd49c5841b8e2bcfeac14ed() {
    const [app] = await ask<App[]>('app list --search "Billing dashboard"');
    return app?.client_id ?? '';
  },
  async sec_e01c1e9acead4515ba9e51ed7eaff4f3() {
    const [secret] = await ask<{ id: string }[]>(`secret list ${found.get('app_8dd49c5841b8e2bcfeac14ed')}`);
    return secret?.id ?? '';
  },
  async sub_5cf5ccc8f4a04c4da0b2b0a56a6c0a8a() {
    // The demo has a request that waits too.
    const [own] = await ask<{ id: string }[]>(`subscription list --app ${found.get('app_8dd49c5841b8e2bcfeac14ed')}`);
    return own?.id ?? '';
  },
  async KID() {
    const keys = await ask<{ kid: string; stage: string }[]>('key list');
    return keys.find(({ stage }) => stage === 'pending')?.kid ?? '';
  },
};

async function here(command: string): Promise<string> {
  let text = command;
  for (const [words, lookUp] of Object.entries(STANDS_FOR)) {
    if (!text.includes(words)) continue;
    const value = words === 'KID' ? await lookUp() : (found.get(words) ?? (await lookUp()));
    found.set(words, value);
    text = text.replaceAll(words, value);
  }
  return text;
}

describe.each(pages().filter((page) => blocks.some((block) => block.page === page && !block.mark)))('%s', (page) => {
  const commands = blocks.filter((block) => block.page === page && !block.mark).flatMap((block) => block.commands);

  it.each(commands.map((command) => [command.replaceAll(/\\\n */g, '')]))('works in its order: %s', async (command) => {
    if (command.includes('secret.txt')) await writeSecret();
    const text = await here(command);
    const lasting = LASTING[command.replace(/ *#.*/, '')];
    if (!lasting) return void (await shell(text));
    const program = startLine(inFolder(text), { ...env, ...lasting.env() });
    running.push(program);
    await program.says(lasting.says);
  });
});

/** Of the app that docs/cli.md has made; secrets are shown once, so it is a second one. */
async function writeSecret() {
  const added = await ask<App>(`secret add ${found.get('app_8dd49c5841b8e2bcfeac14ed')}`);
  writeFileSync(join(folder, 'secret.txt'), added.client_secret);
}

describe('a block that is not run here', () => {
  it('is run by a spec that names its page', () => {
    const runBy = blocks.flatMap((block) => (block.runBy ? [block.runBy] : []));

    expect(runBy.length).toBeGreaterThan(5);
    expect([...new Set(runBy)].filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('is one of few', () => {
    const marked = blocks.filter(({ mark }) => mark?.startsWith('not run'));

    expect(marked.map(({ page, commands }) => [page, commands[0]])).toEqual([
      ['README.md', 'npm ci && npm start'],
      ['README.md', 'npm ci && npm test'],
      ['docs/benchmarks.md', 'npm run bench'],
      ['docs/deploy.md', 'mkdir -p data/secrets && chmod 700 data data/secrets'],
      ['docs/operations.md', expect.stringContaining('WORKERS=auto')],
    ]);
  });
});
