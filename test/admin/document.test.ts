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
  for (const path of ['openapi.json', 'docs']) {
    const first = await fetch(`${server.issuer}/api/v1/${path}`);
    const etag = first.headers.get('etag') ?? '';
    expect((await first.text()).length).toBeGreaterThan(50_000);
    const again = await fetch(`${server.issuer}/api/v1/${path}`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  }
});

describe('its page', () => {
  let html: string;
  beforeAll(async () => {
    const response = await fetch(`${server.issuer}/api/v1/docs`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    html = await response.text();
  });

  it('has every operation, object and error code at its own anchor', () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const wanted = [
      ...operations.map(({ id }) => id),
      ...Object.keys(document.components.schemas),
      ...Object.keys(errorCodes),
    ];
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('has no link that leads nowhere', () => {
    const targets = new Set([...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id));
    expect(targets.size).toBeGreaterThan(30);
    expect([...targets].filter((id) => !html.includes(` id="${id}"`))).toEqual([]);
  });

  it('has the script of all pages, and no other', () => {
    const scripts = [...html.matchAll(/<script.*?<\/script>/gs)].map(([script]) => script);
    expect(scripts).toEqual([
      expect.stringMatching(/^<script src="\/assets\/latchkey-[\w-]{12}\.js" defer><\/script>$/),
    ]);
  });

  it('is where the link in a problem leads', async () => {
    const problem = (await (await fetch(`${server.issuer}/api/v1/teams`)).json()) as { type: string };
    const target = new URL(problem.type);
    expect(target.origin + target.pathname).toBe(`${server.issuer}/api/v1/docs`);
    expect(html).toContain(` id="${target.hash.slice(1)}"`);
  });
});
