import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { fenced, read, root } from '../docs/pages.ts';
import { nginxBlock } from '../support/documented-proxies.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { Person } from '../support/person.ts';
import { freePort, type OwnPostgres, startOwnPostgres } from '../support/postgres.ts';
import { certificate, type ReverseProxy, startNginx } from '../support/proxies.ts';

const [, section = ''] = read('README.md').split(/^## In production$/m);
const printed = fenced(section.split(/^## /m)[0] ?? '', 'sh').join('');

let folder: string;
let postgres: OwnPostgres;
let mail: MailServer;
let proxy: ReverseProxy | undefined;
let issuer: string;
let target: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-production-'));
  const left = new Set(['node_modules', '.git', 'data', 'dist'].map((name) => join(root, name)));
  cpSync(root, folder, { recursive: true, filter: (path) => !left.has(path.replace(/[/\\]$/, '')) });
  postgres = await startOwnPostgres({});
  await nameItsSuperuserAsDebianDoes();
  mail = await startMailServer();
  const port = await freePort();
  target = await freePort();
  issuer = `https://localhost:${port}`;
  proxy = await startNginx(nginxBlock(port, target), port);
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
});
afterAll(async () => {
  await proxy?.stop();
  await mail?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function nameItsSuperuserAsDebianDoes() {
  for (const [user, statement] of [
    ['latchkey', 'create role postgres superuser login'],
    ['postgres', 'alter role latchkey rename to initial'],
  ]) {
    const client = new pg.Client({ connectionString: `${postgres.url.replace('latchkey@', `${user}@`)}/postgres` });
    await client.connect();
    await client.query(statement ?? '');
    await client.end();
  }
}

/** What this machine has in another place than a bare one. */
function here(script: string): string {
  const { port } = new URL(postgres.url);
  const changes: [string, string][] = [
    ['sudo -u postgres ', ''],
    ['> latchkey.log 2>&1 &', '> latchkey.log 2>&1 & server=$!'],
    ['https://auth.example.com', issuer],
    ['PASSWORD@localhost', `${databasePassword}@localhost:${port}`],
    ['user:password@mail.example.com:587', `localhost:${mail.port}`],
  ];
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`README.md has no ${from} in its production commands`);
    return text.replaceAll(from, to);
  }, script);
}

const databasePassword = 'of-the-role';
const password = 'orchid-velvet-canyon-84';

it('the lines of README.md for production make a server with an administrator and mail, behind nginx', async () => {
  // The server ends with the script, also where a line fails.
  const atEnd = `trap 'kill "$server" 2> /dev/null || :' EXIT`;
  const script = [atEnd, here(printed), 'printf "done%s: " ""; read answer', 'kill $server; wait $server'];
  const { port } = new URL(postgres.url);
  const env = {
    PATH: withoutOurNode(),
    HOME: folder,
    ...{ PGHOST: '127.0.0.1', PGPORT: port, PGUSER: 'postgres', PORT: String(target) },
    // So that it needs no network where everything was fetched before.
    ...{ npm_config_cache: process.env.npm_config_cache ?? join(process.env.HOME ?? '', '.npm') },
    ...{ npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' },
  };
  // `script` is a terminal: the passwords are typed.
  const child = spawn('script', ['-qefc', `/bin/sh -ec '${script.join('\n').replaceAll("'", `'\\''`)}'`, '/dev/null'], {
    cwd: folder,
    env,
  });
  const answers: [string, () => Promise<string>][] = [
    ['for new role', async () => databasePassword],
    ['it again', async () => databasePassword],
    ['Password of you@example.com', async () => password],
    ['Password of you@example.com again', async () => password],
    ['done', signInAndOut],
  ];
  let screen = '';
  let problem: unknown;
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk;
    const [next] = answers;
    if (!next || !screen.trimEnd().endsWith(`${next[0]}:`)) return;
    answers.shift();
    next[1]().then(
      (line) => child.stdin.write(`${line}\r`),
      (error: unknown) => {
        problem = error;
        child.stdin.write('\r');
      },
    );
  });
  const [code] = await once(child, 'close');

  expect({ problem, asked: answers.length, code, screen }).toEqual({
    ...{ problem: undefined, asked: 0, code: 0 },
    screen: expect.stringMatching(/Created the administrator you@example\.com[\s\S]* 0 errors, 0 warnings, /),
  });
  expect(screen).not.toMatch(/of-the-role|orchid/);
  expect(mail.received.map(({ to }) => to)).toEqual([['colleague@example.com']]);
  expect(statSync(join(folder, 'production.env')).mode & 0o777).toBe(0o600);
});

/** With the server up, through nginx. */
async function signInAndOut(): Promise<string> {
  const person = new Person(issuer);
  await serverAnswers();
  const page = await person.visit('/sign-in');
  const signedIn = await person.submit(page, '/sign-in', { email: 'you@example.com', password });
  expect(signedIn.text).toContain('Your Name');
  await mailArrived();
  return '';
}

async function serverAnswers(): Promise<void> {
  for (;;) {
    const answer = await fetch(`${issuer}/readyz`);
    if (answer.ok) return;
    if (answer.status !== 502) throw new Error(`/readyz answers ${answer.status}`);
  }
}

async function mailArrived(): Promise<void> {
  for (const deadline = performance.now() + 60_000; mail.received.length === 0; ) {
    if (performance.now() > deadline) throw new Error('no mail came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The system's Node.js, as on a machine where nothing of ours is. */
function withoutOurNode(): string {
  return (process.env.PATH ?? '')
    .split(':')
    .filter((entry) => !entry.includes(`${sep}node_modules`))
    .join(':');
}
