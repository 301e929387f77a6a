import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { judgeRedirectUri } from '../../src/clients/redirect-uris.ts';
import { aClient } from '../support/factories.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type Type = Parameters<typeof judgeRedirectUri>[1];
const APPS = ['web', 'spa', 'native'] as const;

/** STANDARDS row, kind of app, redirect URI, what is wrong with it. */
const REFUSED: [string, Type, string, string][] = [
  ['A03', 'web', 'http://evil.example/cb', 'insecure'],
  ['A03', 'spa', 'http://evil.example/cb', 'insecure'],
  ['A03', 'native', 'http://evil.example/cb', 'insecure'],
  ['A03', 'web', 'HTTP://evil.example/cb', 'insecure'],
  ['A03', 'web', 'http://127.0.0.1.evil.example/cb', 'insecure'],
  ['A03', 'web', 'http://localhost.evil.example/cb', 'insecure'],
  ['A03', 'native', 'http://0.0.0.0/cb', 'insecure'],
  ['A04', 'web', 'https://app.example.com/cb#part', 'fragment'],
  ['A04', 'web', 'https://app.example.com/cb#', 'fragment'],
  ['A04', 'native', 'com.example.app:/cb#part', 'fragment'],
  ['A04', 'web', '//app.example.com/cb', 'malformed'],
  ['A04', 'web', '/cb', 'malformed'],
  ['A04', 'web', 'cb', 'malformed'],
  ['A04', 'web', '', 'malformed'],
  ['A04', 'web', 'https://', 'malformed'],
  ['A04', 'web', 'https://app.example.com/a b', 'malformed'],
  ['A04', 'web', ' https://app.example.com/cb', 'malformed'],
  ['A04', 'web', 'https://app.example.com/cb\n', 'malformed'],
  ['A04', 'web', 'https://app.example.com/\0', 'malformed'],
  ['A04', 'web', 'https://аpp.example.com/cb', 'malformed'],
  ['A05', 'native', 'myapp:/cb', 'scheme'],
  ['A05', 'native', 'myapp://cb', 'scheme'],
  ['A05', 'native', 'com.:/cb', 'scheme'],
  ['A05', 'web', 'com.example.app:/cb', 'scheme'],
  ['A05', 'spa', 'com.example.app:/cb', 'scheme'],
  ['A06', 'web', 'https://user:word@app.example.com/cb', 'credentials'],
  ['A06', 'web', 'https://user@app.example.com/cb', 'credentials'],
  ['A06', 'web', 'https://@app.example.com/cb', 'credentials'],
  ['A06', 'web', 'https://*.example.com/cb', 'wildcard'],
  ['A06', 'web', 'https://app.example.com/*', 'wildcard'],
  ['A06', 'native', 'javascript:alert(1)', 'scheme'],
  ['A06', 'web', 'data:text/html,x', 'scheme'],
  ['A06', 'native', 'file:///etc/passwd', 'scheme'],
  ['A06', 'native', 'blob:https://app.example.com/x', 'scheme'],
  ['A06', 'native', 'vbscript:x', 'scheme'],
  ['A06', 'web', `https://app.example.com/${'x'.repeat(2000)}`, 'too_long'],
];

const TAKEN: [Type, string][] = [
  ['web', 'https://app.example.com/callback'],
  ['web', 'https://app.example.com:8443/callback?tenant=a%2Fb'],
  ['web', 'http://localhost:3000/callback'],
  ['spa', 'http://127.0.0.1:5173/'],
  ['native', 'http://127.0.0.1/cb'],
  ['native', 'http://[::1]/cb'],
  ['native', 'http://localhost/cb'],
  ['native', 'https://app.example.com/cb'],
  ['native', 'com.example.app:/oauth2redirect'],
];

describe('a redirect URI that is registered', () => {
  it.each(REFUSED)('%s: of a %s app is not %j: %s', async (_row, type, uri, problem) => {
    expect(judgeRedirectUri(uri, type)).toMatchObject({ ok: false, problem });
    await expect(aClient(server.database, { type, redirectUris: [uri] })).rejects.toThrow(z.ZodError);
    const redirectUris = ['https://app.example.com/callback', uri];
    await expect(aClient(server.database, { type, redirectUris })).rejects.toThrow(z.ZodError);
  });

  it.each(TAKEN)('of a %s app may be %s, and is kept as it is', async (type, uri) => {
    expect(judgeRedirectUri(uri, type)).toEqual({ ok: true });
    const { client } = await aClient(server.database, { type, redirectUris: [uri] });
    expect(client.redirect_uris).toEqual([uri]);
  });

  it('A03 A04 A06: is judged the same when people are sent there after signing out', async () => {
    for (const uri of ['http://evil.example/', 'https://app.example.com/#x', 'https://*.example.com/', '/bye']) {
      await expect(aClient(server.database, { type: 'web', postLogoutRedirectUris: [uri] })).rejects.toThrow(
        z.ZodError,
      );
    }
  });

  it('is needed by every app that people sign in to, and by no other', async () => {
    for (const type of APPS)
      await expect(aClient(server.database, { type, redirectUris: [] })).rejects.toThrow(z.ZodError);
    const redirectUris = ['https://app.example.com/callback'];
    await expect(aClient(server.database, { type: 'machine', redirectUris })).rejects.toThrow('no redirect URI');
  });

  it('A04: says what is wrong in words', async () => {
    const refused = aClient(server.database, { type: 'web', redirectUris: ['https://app.example.com/#x'] });
    await expect(refused).rejects.toThrow('must not have a fragment');
  });
});
