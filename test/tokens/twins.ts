import { randomBytes } from 'node:crypto';
import { disableAccount } from '../../src/accounts/lifecycle.ts';
import { keepPreferences } from '../../src/accounts/preferences.ts';
import { updatePerson } from '../../src/accounts/update-person.ts';
import { disableClient } from '../../src/clients/lifecycle.ts';
import { assignRole } from '../../src/roles/holders.ts';
import { hashOf } from '../../src/tokens/storage/artifacts.ts';
import { connect, startDevice } from '../support/device.ts';
import { aClient, anApi, aPerson } from '../support/factories.ts';
import { keysAreKnown } from '../support/keys.ts';
import { Person } from '../support/person.ts';
import { authorizationUrl, CALLBACK, PKCE } from '../support/relying-app.ts';
import { aGroup, anApiWithRoles, aRole, byOperator } from '../support/roles.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { post } from '../support/tokens.ts';
import type { AppName, ConsentName } from './scenarios.ts';

export interface App {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Two servers over one database; each has apps of its own, which are alike. */
export interface Side {
  readonly server: TestServer;
  readonly apps: Readonly<Record<AppName, App>>;
}

export type Payload = Record<string, unknown>;

/** What was stored when a person agreed. */
export interface Consented {
  readonly code: Payload;
  readonly grant: Payload;
  readonly session: Payload;
  readonly refresh: Payload | undefined;
  /** One for UserInfo. */
  readonly access: Payload | undefined;
}

export interface World {
  readonly direct: Side;
  readonly ordinary: Side;
  readonly apis: { readonly plain: string; readonly rsa: string; readonly roles: string };
  readonly person: string;
  readonly disabled: string;
  readonly consents: Readonly<Record<ConsentName, Consented>>;
  readonly device: Readonly<Record<'everything' | 'openid', Pick<Consented, 'code' | 'grant'>>>;
  stop(): Promise<void>;
}

export async function startTwins(): Promise<World> {
  const direct = await startTestServer({ env: { EXPRESS_LANE: 'on' } });
  const ordinary = await startTestServer({ issuer: direct.issuer, beside: direct, env: { EXPRESS_LANE: 'off' } });
  const { database } = direct;
  const roles = await anApiWithRoles(database, { rolesClaim: true });
  const apis = {
    plain: (await anApi(database, { tokenLifetime: 77 })).identifier,
    rsa: (await anApi(database, { signingAlg: 'RS256' })).identifier,
    roles: roles.identifier,
  };
  await keysAreKnown(direct);
  await ordinary.app.keyring.reload();
  const ada = await aPerson(database);
  const profile = { given_name: 'Ada', preferred_username: 'ada', picture: 'https://ada.example.com/me.png' };
  await updatePerson(database.db, { accountId: ada.account.id, changes: profile }, byOperator());
  await keepPreferences(database.db, ada.account.id, { language: 'de', timeZone: 'Europe/Berlin' });
  for (const _group of [1, 2]) await aGroup(database, [ada.account.id]);
  const role = await aRole(database, roles.id, ['reports:write'], 'writer');
  await assignRole(database.db, role.id, { person: ada.email }, byOperator());
  const disabled = (await aPerson(database)).account.id;
  await disableAccount(database.db, { accountId: disabled, reason: 'test' }, byOperator());
  const sides = [await appsOf(direct, apis), await appsOf(ordinary, apis)] as const;
  return {
    direct: { server: direct, apps: sides[0] },
    ordinary: { server: ordinary, apps: sides[1] },
    apis,
    person: ada.account.id,
    disabled,
    ...(await agree(ordinary, apis, ada)),
    async stop() {
      await ordinary.stop();
      await direct.stop();
    },
  };
}

const OWN = ['tenant = "acme"', 'login = preferred_username', 'https://example.com/teams = groups'];

async function appsOf({ database }: TestServer, apis: World['apis']): Promise<Record<AppName, App>> {
  const scopes = ['reports:read', 'reports:write'];
  const subscriptions = Object.values(apis).map((api) => ({ api, scopes }));
  const one = [{ api: apis.plain, scopes }];
  const stopped = await aClient(database, { type: 'web', subscriptions });
  await disableClient(database.db, { clientId: stopped.clientId, reason: 'test' }, byOperator());
  return {
    web: await aClient(database, { type: 'web', subscriptions }),
    post: await aClient(database, { type: 'web', authMethod: 'client_secret_post', ownClaims: OWN, subscriptions }),
    retries: await aClient(database, { type: 'web', refreshRetrySeconds: 60, subscriptions }),
    lax: await aClient(database, { type: 'web', pkce: 'pkce_or_nonce', subscriptions }),
    rsa: await aClient(database, { type: 'web', idTokenAlg: 'RS256', idTokenClaims: ['email', 'name'], subscriptions }),
    native: await aClient(database, { type: 'native', subscriptions }),
    spa: await aClient(database, { type: 'spa', subscriptions }),
    tv: await aClient(database, { type: 'device', subscriptions }),
    online: await aClient(database, { type: 'web', offlineAccess: 'never', subscriptions }),
    one: await aClient(database, { type: 'machine', subscriptions: one }),
    several: await aClient(database, { type: 'machine', subscriptions }),
    stopped,
  };
}

const ALL = 'openid profile email groups offline_access reports:read reports:write';

/** Signs in for real, once for each kind of consent, and keeps what the server stored of it. */
async function agree(server: TestServer, apis: World['apis'], ada: { email: string; password: string }) {
  const subscriptions = Object.values(apis).map((api) => ({ api, scopes: ['reports:read', 'reports:write'] }));
  const common = { firstParty: true, subscriptions };
  const app = await aClient(server.database, { type: 'web', pkce: 'pkce_or_nonce', ...common });
  const browser = new Person(server.issuer);
  const consent = async (wish: Record<string, string | undefined>, more = ''): Promise<Consented> => {
    const callback = await browser.authorize(authorizationUrl(server, app, { prompt: 'consent', ...wish }) + more, ada);
    const code = callback.searchParams.get('code') ?? '';
    const stored = await payloadOf(server, hashOf(code));
    const verifier =
      wish.code_challenge === undefined && 'code_challenge' in wish ? {} : { code_verifier: PKCE.verifier };
    const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...verifier };
    const { body } = await post(server, '/token', form, app);
    return {
      code: stored,
      grant: await payloadOf(server, hashOf(String(stored.grantId))),
      session: await payloadOf(server, hashOf(String(stored.sessionUid)), 'uid_hash'),
      refresh: body.refresh_token ? await payloadOf(server, hashOf(body.refresh_token)) : undefined,
      access: isOpaque(body.access_token) ? await payloadOf(server, hashOf(body.access_token)) : undefined,
    };
  };
  const consents = {
    everything: await consent({ scope: ALL, resource: apis.plain }),
    openid: await consent({ scope: 'openid offline_access reports:read', resource: apis.rsa, nonce: undefined }),
    userinfo: await consent({ scope: 'openid email offline_access' }),
    api: await consent({ scope: 'offline_access reports:read', resource: apis.plain, nonce: undefined }),
    session: await consent({ scope: 'openid profile' }),
    roles: await consent({ scope: ALL, resource: apis.roles }),
    maxAge: await consent({ scope: 'openid offline_access reports:read', resource: apis.plain, max_age: '1000' }),
    two: await consent({ scope: ALL, resource: apis.plain }, `&resource=${encodeURIComponent(apis.rsa)}`),
    noPkce: await consent({ scope: ALL, code_challenge: undefined, code_challenge_method: undefined }),
  };
  if (!consents.everything.refresh || !consents.userinfo.refresh) throw new Error('no refresh token was issued');
  if (!consents.session.access || !consents.userinfo.access) throw new Error('no opaque access token was issued');
  const tv = await aClient(server.database, { type: 'device', ...common });
  const connected = async (wish: Record<string, string>) => {
    const { device_code: code, user_code: userCode } = await startDevice(server, tv, wish);
    await connect(new Person(server.issuer), userCode, ada);
    const stored = await payloadOf(server, hashOf(code));
    return { code: stored, grant: await payloadOf(server, hashOf(String(stored.grantId))) };
  };
  const device = {
    everything: await connected({ scope: ALL, resource: apis.plain }),
    openid: await connected({ scope: 'openid' }),
  };
  return { consents, device };
}

const isOpaque = (token: string | undefined): token is string => token !== undefined && !token.includes('.');

async function payloadOf(
  { database }: TestServer,
  hash: Buffer,
  by: 'id_hash' | 'uid_hash' = 'id_hash',
): Promise<Payload> {
  const { payload } = await database.db
    .selectFrom('artifacts')
    .select('payload')
    .where(by, '=', hash)
    .executeTakeFirstOrThrow();
  return payload;
}

export const randomValue = () => randomBytes(32).toString('base64url');
