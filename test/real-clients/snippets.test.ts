import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { codeSnippets, envSnippet } from '../../src/portal/apps/snippets/snippets.ts';
import { type Program, root, startLine } from '../examples/program.ts';
import { launchBrowser, openVisit } from '../support/browser.ts';
import { anApi, aPerson } from '../support/factories.ts';
import { Person } from '../support/person.ts';
import { freePort } from '../support/postgres.ts';
import { certificate, certificateKey } from '../support/proxies.ts';
import { type Deployment, deploy, TRUST } from './deployment.ts';

let server: Deployment;
let folder: string;
let api: string;
beforeAll(async () => {
  server = await deploy();
  // Below this project's node_modules, which has Express.
  mkdirSync(join(root, 'test-results'), { recursive: true });
  folder = mkdtempSync(join(root, 'test-results', 'snippets-'));
  api = (await anApi(server.database)).identifier;
});
let program: Program | undefined;
let app: Server | undefined;
afterEach(async () => {
  await program?.stop();
  app?.close();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  expect(await server.stop()).toEqual([]);
});

/** An app with the settings that everybody gets, and what its page in the portal has for it. */
async function anApp(type: 'web' | 'spa', url: string) {
  const redirectUris = [`${url}/signed/in`];
  const scopes = ['reports:read'];
  const { clientId, clientSecret } = await server.register({
    ...{ type, redirectUris, postLogoutRedirectUris: [`${url}/`], subscriptions: [{ api, scopes }] },
  });
  const client = await server.database.db
    .selectFrom('clients')
    .selectAll()
    .where('id', '=', clientId)
    .executeTakeFirstOrThrow();
  const parts = { issuer: server.issuer, client, api, scopes, secret: clientSecret };
  const code = (label: string) => codeSnippets(parts).find((one) => one.label === label)?.code ?? '';
  return { code, env: `${envSnippet(parts).code}\nSESSION_SECRET=of-thirty-two-characters-at-the-least\n` };
}

describe('what a developer copies from the page of a web app', () => {
  it.each([
    ['Express', 'app.mjs', 'node --env-file=.env app.mjs'],
    ['Flask', 'app.py', 'set -a; . ./.env; set +a; exec /usr/bin/python3 -m flask run --port $PORT'],
  ])('signs a person in: %s', async (label, file, command) => {
    const port = String(await freePort());
    const url = `http://localhost:${port}`;
    const { code, env } = await anApp('web', url);
    writeFileSync(join(folder, '.env'), env);
    writeFileSync(join(folder, file), code(label));
    program = startLine(`cd '${folder}'; ${command}`, { ...TRUST, PORT: port });
    await answering(url);
    const ada = await aPerson(server.database);
    const [browser, atServer] = [new Person(url), new Person(server.issuer)];
    const asked = await browser.visit('/');
    expect(asked.leftTo?.searchParams.get('resource')).toBe(api);
    const page = await browser.visit((await atServer.authorize(asked.leftTo?.href ?? '', ada)).href);

    expect(JSON.parse(page.text)).toMatchObject({ sub: ada.account.id, name: 'Ada Lovelace', email: ada.email });
  });
});

/** Tries until somebody listens; the program says nothing when it does. */
async function answering(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
    if (answer) return;
    const ended = /Error/.exec(program?.output() ?? '');
    if (ended) throw new Error(program?.output());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('what a developer copies from the page of a browser-only app', () => {
  it('signs a person in, from the origin of its redirect URI', async () => {
    const library = readFileSync(join(root, 'node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js'));
    let code = '';
    const tls = { cert: readFileSync(certificate), key: readFileSync(certificateKey) };
    app = createServer(tls, ({ url }, response) => {
      if (url === '/library.js') return void response.setHeader('content-type', 'text/javascript').end(library);
      // A bundler would put the library in; here it is a script of its own.
      const module = code.replace("import { UserManager } from 'oidc-client-ts';", 'const { UserManager } = oidc;');
      const page = `<!DOCTYPE html><link rel="icon" href="data:,"><body></body><script src="/library.js"></script>`;
      response.setHeader('content-type', 'text/html').end(`${page}<script type="module">${module}</script>`);
    });
    const listening = Promise.withResolvers<void>();
    app.listen(0, 'localhost', listening.resolve);
    await listening.promise;
    const origin = `https://localhost:${(app.address() as AddressInfo).port}`;
    code = (await anApp('spa', origin)).code('oidc-client-ts');
    expect(code).toContain(`Scripts of ${origin} may call the server`);

    const ada = await aPerson(server.database);
    const browser = await launchBrowser();
    const visit = await openVisit(browser, [server.issuer, origin], { ignoreHTTPSErrors: true });
    await visit.page.goto(origin);
    await visit.page.getByLabel('Email address').fill(ada.email);
    await visit.page.getByLabel('Password', { exact: true }).fill(ada.password);
    await visit.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await visit.page.getByRole('button', { name: 'Allow', exact: true }).click();
    await visit.page.getByText('Hello Ada Lovelace').waitFor();
    await visit.close();
    await browser.close();

    expect(visit.problems).toEqual([]);
  });
});
