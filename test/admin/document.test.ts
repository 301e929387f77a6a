import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { operations } from '../../src/admin/operations.ts';
import { errorCodes } from '../../src/errors.ts';
import { ADMIN_SCOPES } from '../../src/teams/token-scopes.ts';
import { type Document, readDocument, validatorOf } from '../support/openapi.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** A test server is on localhost, which the linter takes for a mistake. */
const RULES = { 'no-server-example.com': 'off', 'operation-tag-defined': 'error' } as const;

let server: TestServer;
let document: Document;
beforeAll(async () => {
  server = await startTestServer();
  document = await readDocument(server);
});
afterAll(() => server.stop());

describe('the OpenAPI document', () => {
  it('passes the linter', async () => {
    const config = await createConfig({ extends: ['recommended-strict'], rules: RULES });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual(
      [],
    );
  });

  it('has every operation once, behind a scope that exists', () => {
    const described = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(operations.map(({ id }) => id).sort());
    const scopes = described.map(({ security }) => security.map(({ oauth }) => oauth));
    expect(scopes.flat(2).filter((scope) => !Object.hasOwn(ADMIN_SCOPES, scope))).toEqual([]);
    expect(scopes.every((alternatives) => alternatives.length === 1)).toBe(true);
  });

  it('uses every scope, and wants one that writes for each operation that changes something', () => {
    expect(new Set(operations.map(({ scope }) => scope))).toEqual(new Set(Object.keys(ADMIN_SCOPES)));
    const wrong = operations.filter(({ method, scope }) => (method === 'GET') === scope.endsWith(':write'));
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it('describes every member and every parameter', () => {
    const members = Object.entries(document.components.schemas).flatMap(([name, { properties = {} }]) =>
      Object.entries(properties).map(([member, { description }]) => ({ what: `${name}.${member}`, description })),
    );
    const parameters = Object.values(document.paths)
      .flatMap((path) => Object.values(path))
      .flatMap(({ operationId, parameters = [] }) =>
        parameters.map(({ name, description }) => ({ what: `${operationId} ${name}`, description })),
      );
    expect([...members, ...parameters].filter(({ description }) => !description)).toEqual([]);
  });

  it('has examples that fit', () => {
    const validate = validatorOf(document);
    const wrong = Object.entries(document.components.schemas).flatMap(([name, { examples = [], properties = {} }]) => [
      ...examples.flatMap((example) => validate(`#/components/schemas/${name}`, example)),
      ...Object.entries(properties).flatMap(([member, { examples: those = [] }]) =>
        those.flatMap((example) => validate(`#/components/schemas/${name}/properties/${member}`, example)),
      ),
    ]);
    expect(wrong).toEqual([]);
    const content = Object.values(document.paths)
      .flatMap((path) => Object.values(path))
      .flatMap(({ requestBody, responses }) => [requestBody, ...Object.values(responses)])
      .flatMap((part) => part?.content?.['application/json'] ?? []);
    expect(content.length).toBeGreaterThan(50);
    expect(content.flatMap(({ schema, example }) => validate(schema.$ref ?? '', example))).toEqual([]);
  });

  it('names no hash and no password that was set', () => {
    const names = Object.values(document.components.schemas).flatMap(({ properties = {} }) => Object.keys(properties));
    expect(names.filter((name) => /hash|password|code_/.test(name))).toEqual(['password']);
  });
});

it('is not sent again to a caller that has it', async () => {
  for (const path of ['openapi.json', 'docs/apps']) {
    const first = await fetch(`${server.issuer}/api/v1/${path}`);
    const etag = first.headers.get('etag') ?? '';
    expect((await first.text()).length).toBeGreaterThan(20_000);
    const again = await fetch(`${server.issuer}/api/v1/${path}`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  }
});

describe('its pages', () => {
  const DOCS = '/api/v1/docs';
  const pages = new Map<string, string>();
  const overview = () => pages.get(DOCS) ?? '';
  const linksOf = (html: string) => [...html.matchAll(/href="([^"]+)"/g)].map(([, href = '']) => href);
  const idsOf = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);

  beforeAll(async () => {
    const reached = new Set([DOCS]);
    for (const path of reached) {
      const response = await fetch(server.issuer + path);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        200,
        'text/html; charset=utf-8',
      ]);
      pages.set(path, await response.text());
      for (const link of linksOf(pages.get(path) ?? ''))
        if (link.startsWith(DOCS)) reached.add(link.replace(/#.*/, ''));
    }
  });

  it('are an overview, one for each resource, and one for what they exchange', () => {
    const resources = [...new Set(operations.map(({ tag }) => tag.toLowerCase().replaceAll(' ', '-')))];
    expect([...pages.keys()].sort()).toEqual(
      [DOCS, `${DOCS}/objects`, ...resources.map((resource) => `${DOCS}/${resource}`)].sort(),
    );
  });

  it('have every operation, object and error code at its own anchor, and on the overview a line that leads there', () => {
    for (const html of pages.values()) expect(idsOf(html)).toEqual([...new Set(idsOf(html))]);
    for (const { id, tag } of operations) {
      const page = `${DOCS}/${tag.toLowerCase().replaceAll(' ', '-')}`;
      expect([id, idsOf(pages.get(page) ?? '').includes(id)]).toEqual([id, true]);
      expect(overview()).toContain(`<li id="${id}"><a href="${page}#${id}">`);
    }
    for (const name of Object.keys(document.components.schemas)) {
      expect(idsOf(pages.get(`${DOCS}/objects`) ?? '')).toContain(name);
      expect(overview()).toContain(`<li id="${name}"><a href="${DOCS}/objects#${name}">`);
    }
    expect(Object.keys(errorCodes).filter((code) => !idsOf(overview()).includes(code))).toEqual([]);
  });

  it('have no link that leads nowhere', () => {
    const broken: string[] = [];
    for (const [path, html] of pages) {
      for (const link of linksOf(html)) {
        const [target = '', anchor] = link.split('#');
        const there = target === '' ? html : pages.get(target);
        if (anchor && there !== undefined && !idsOf(there).includes(anchor)) broken.push(`${path}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('find operations and objects by words in them', async () => {
    const found = async (search: string) => {
      const html = await (await fetch(`${server.issuer}${DOCS}?search=${encodeURIComponent(search)}`)).text();
      return linksOf(html.split('<div id="list">')[1] ?? '').filter((link) => link.startsWith(DOCS));
    };
    expect((await found('rotate secret'))[0]).toBe(`${DOCS}/secrets#rotateSecret`);
    expect((await found('precondition failed'))[0]).toBe(`${DOCS}#precondition_failed`);
    expect(await found('xyzzyplugh')).toEqual([]);
  });

  it('have the script of all pages, and no other', () => {
    for (const html of pages.values()) {
      const scripts = [...html.matchAll(/<script.*?<\/script>/gs)].map(([script]) => script);
      expect(scripts).toEqual([
        expect.stringMatching(/^<script src="\/assets\/latchkey-[\w-]{12}\.js" defer><\/script>$/),
      ]);
    }
  });

  it('are where the link in a problem leads', async () => {
    const problem = (await (await fetch(`${server.issuer}/api/v1/teams`)).json()) as { type: string };
    const target = new URL(problem.type);
    expect(target.origin + target.pathname).toBe(server.issuer + DOCS);
    expect(idsOf(overview())).toContain(target.hash.slice(1));
  });

  it('are pages also where there is none', async () => {
    const answer = await fetch(`${server.issuer}${DOCS}/unicorns`, { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });
});
