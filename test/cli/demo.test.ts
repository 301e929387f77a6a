import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Demo } from '../../src/demo/credentials.ts';
import { seedDemo } from '../../src/demo/seed.ts';
import { connect, enterCode } from '../support/device.ts';
import { Person } from '../support/person.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type CommandInput, commandLineOf } from './in-process.ts';
import { temporaryFolder } from './processes.ts';

const folder = temporaryFolder();
let server: TestServer;
let demo: Demo;
let env: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  const seeded = await seedDemo(server.database, folder.path, new Date());
  if (!seeded) throw new Error('there was something in the database already');
  demo = seeded;
  env = { ISSUER: server.issuer, DATA_DIR: folder.path };
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const run = (args: string[], input: CommandInput = {}) =>
  commandLineOf(server).run(['demo', ...args], { env, ...input });

/** A browser that opens the address when it is printed, and follows it back to the terminal. */
function browser(person = new Person(server.issuer)) {
  const visits: Promise<string>[] = [];
  const reading = (text: string) => {
    const [url] = /http:\S+\/auth\?\S+/.exec(text) ?? [];
    if (url) visits.push(person.authorize(url, demo.person).then(async (back) => (await fetch(back)).text()));
  };
  return { reading, pages: () => Promise.all(visits) };
}

/** None of these may be on the screen, where others look over the shoulder. */
const SECRETS = /lks_[\w-]{20}|eyJ[\w-]{20}|(code_verifier|refresh_token|device_code|[^_]code)["=: ]+[\w-]{20}/;

describe('latchkey demo client-credentials', () => {
  it('shows the request, the answer, what is in the token, and how an API verifies it', async () => {
    const { code, stdout, stderr } = await run(['client-credentials']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^1\. Ask the server where everything is {2}RFC 8414 §3/);
    expect(stdout).toContain('   > POST /token HTTP/1.1\n');
    expect(stdout).toMatch(/ {3}> authorization: Basic \S{8}…\(\d+ characters\)\n/);
    expect(stdout).toContain('grant_type=client_credentials\n   >   &resource=https%3A%2F%2Freports.example.com');
    expect(stdout).toMatch(/ {3}< HTTP\/1\.1 200\n[\s\S]*"access_token": "eyJ\S{5}…/);
    expect(stdout).toMatch(/\n {5}aud +https:\/\/reports\.example\.com\n/);
    expect(stdout).toMatch(/\n {5}exp +\d+ \(20\d\d-.*Z\)\n/);
    expect(stdout).toMatch(/\n {5}signature +good\n/);
    expect(stdout).not.toMatch(SECRETS);
    expect(stdout.includes('\u001b[')).toBe(false);
  });

  it('has colours where a terminal shows them', async () => {
    expect((await run(['client-credentials'], { colours: true })).stdout).toContain('\u001b[1m1. Ask the server');
  });

  it('prints one JSON value with --json, with secrets shortened', async () => {
    const { stdout } = await run(['client-credentials', '--json']);
    const { steps } = JSON.parse(stdout) as { steps: { rfc: string; request?: { method: string } }[] };
    expect(steps.map(({ request }) => request?.method)).toEqual(['GET', 'POST', undefined, 'GET', undefined]);
    expect(steps.every(({ rfc }) => /§/.test(rfc))).toBe(true);
    expect(stdout).not.toMatch(SECRETS);
  });

  it('ends with 1 when the secret is wrong, no server answers, or there is no demo', async () => {
    const args = ['client-credentials', '--client-id', demo.machine.clientId, '--secret-stdin'];
    const refused = await run([...args, '--api', demo.api.identifier], { stdin: 'wrong\n' });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: no token: invalid_client/) });
    const silent = await run(['client-credentials', '--issuer', 'http://127.0.0.1:9']);
    expect(silent).toMatchObject({ code: 1, stderr: expect.stringContaining('start the server') });
    const elsewhere = { env: { ...env, DATA_DIR: '/nonexistent' } };
    const missing = await run(['client-credentials'], elsewhere);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: --client-id is missing/) });
  });
});

describe('latchkey demo authorization-code', () => {
  it('listens for the browser of a person, and shows who signed in', async () => {
    const { reading, pages } = browser();
    const { code, stdout, stderr } = await run(['authorization-code'], { reading });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await pages()).toEqual([expect.stringContaining('You can close this page')]);
    for (const part of ['RFC 7636 §4.1', 'RFC 9207 §2.4', 'OpenID Connect Core §2']) expect(stdout).toContain(part);
    expect(stdout).toMatch(/redirect_uri +http:\/\/127\.0\.0\.1:\d+\/callback\n/);
    expect(stdout).toMatch(/\n {5}name +Ada Lovelace\n/);
    expect(stdout).not.toMatch(SECRETS);
  });

  it('ends with 1 when the answer is not to its question', async () => {
    const reading = (text: string) => {
      const [, uri] = /listening on +(\S+)/.exec(text) ?? [];
      if (uri) void fetch(`${uri}?code=abc&state=another&iss=${server.issuer}`);
    };
    const { code, stderr } = await run(['authorization-code'], { reading });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: state is not the one that was sent\n' });
  });
});

describe('latchkey demo refresh', () => {
  // With --json the address is on stderr.
  it('shows the rotation, and how the use of an old refresh token ends both', async () => {
    const { code, stdout } = await run(['refresh', '--json'], { readingErrors: browser().reading });
    const { steps } = JSON.parse(stdout) as { steps: { title: string; response?: { status: number; body: object } }[] };
    const tokens = steps.filter(({ title }) => /refresh token|new tokens/.test(title));
    expect(code).toBe(0);
    expect(tokens.map(({ response }) => response?.status)).toEqual([200, 400, 400]);
    expect(tokens[1]?.response?.body).toMatchObject({ error: 'invalid_grant' });
    expect(stdout).not.toMatch(SECRETS);
  });
});

describe('latchkey demo device', () => {
  it('shows a code, asks until the person has entered it, and is connected', async () => {
    let userCode = '';
    const reading = (text: string) => {
      userCode ||= /enter this code:\s+([A-Z-]{11})\s/.exec(text)?.[1] ?? '';
    };
    const waiting = async () => {
      await connect(new Person(server.issuer), userCode, demo.person);
    };
    const { code, stdout, stderr } = await run(['device'], { reading, waiting });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"error": "authorization_pending"');
    expect(stdout).toMatch(/\n {5}name +Ada Lovelace\n/);
    expect(stdout).not.toMatch(SECRETS);
  });

  it('ends with 1 when the person says no', async () => {
    let userCode = '';
    const reading = (text: string) => {
      userCode ||= /enter this code:\s+([A-Z-]{11})\s/.exec(text)?.[1] ?? '';
    };
    const waiting = async () => {
      const person = new Person(server.issuer);
      await person.submit(await enterCode(person, userCode), '/device', { abort: 'yes' });
    };
    const { code, stderr } = await run(['device'], { reading, waiting });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('access_denied') });
  });
});
