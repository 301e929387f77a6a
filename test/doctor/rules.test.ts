import { describe, expect, it } from '@jest/globals';
import { diagnose, isAsBadAs, RULES } from '../../src/doctor/diagnose.ts';
import type {
  AppState,
  Contents,
  SecretState,
  Settings,
  Snapshot,
  SubscriptionState,
} from '../../src/doctor/snapshot.ts';
import { inLanguage } from '../../src/texts/speech.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const inDays = (days: number) => daysAgo(-days);

const APP: AppState = {
  ...{ id: 'shop', name: 'Shop', type: 'web', authMethod: 'client_secret_basic', pkce: 'required' },
  redirectUris: ['https://shop.example.com/cb'],
  ...{ createdAt: daysAgo(200), disabledAt: null, lastUsedAt: daysAgo(1), verified: false, vouchedFor: false },
};
const SECRET: SecretState = {
  ...{ id: 'sec_1', name: 'summer', appId: 'shop' },
  ...{ createdAt: daysAgo(10), expiresAt: inDays(80), lastUsedAt: daysAgo(1) },
};
const SUBSCRIPTION: SubscriptionState = {
  ...{ appId: 'shop', api: 'https://pay.example.com', scopes: ['pay'], seenScopes: ['pay'], state: 'active' },
  ...{ createdAt: daysAgo(100), lastUsedAt: daysAgo(1), waitingSince: null },
};
const SETTINGS: Settings = {
  ...{ issuer: 'https://auth.example.com', host: 'localhost', production: true, embedded: false, trustedProxies: 1 },
  httpRedirectHosts: [],
  ...{ metricsHost: 'localhost', hasMail: true, masterKeyIds: ['k1'], cookieKeyCount: 2, rotateEvery: 30 * 86_400 },
};
const POSTGRES: NonNullable<Snapshot['database']['postgres']> = {
  ...{ version: 180_001, fsync: true, fullPageWrites: true, synchronousCommit: 'on', encrypted: true, local: false },
  ...{ superuser: false, restoresAreNoticed: true, clockAhead: 12 },
};
const CONTENTS: Contents = {
  ...{ apps: [APP], secrets: [SECRET], subscriptions: [SUBSCRIPTION], suspended: [] },
  jobs: [{ name: 'keys', succeededAt: daysAgo(0), failedAt: null, failure: null }],
  algorithms: ['ES256', 'RS256'],
  signingKeys: (['ES256', 'RS256'] as const).map((alg) => ({
    ...{ kid: alg, alg, stage: 'active' as const, activatesAt: daysAgo(20) },
  })),
  largeTokens: [],
  ...{ sealed: [{ masterKeyId: 'k1', count: 3 }], admins: 2, teamsWithoutOwner: [], hasDemoPerson: false },
  ...{ brand: 'Acme Login', named: [{ id: 'team_1', name: 'Payments' }] },
  mail: { failed: 0, oldestWaiting: null },
};

interface Changed {
  readonly settings?: Partial<Settings>;
  readonly postgres?: Partial<typeof POSTGRES>;
  readonly contents?: Partial<Contents>;
  readonly app?: Partial<AppState>;
  readonly secret?: Partial<SecretState>;
  readonly subscription?: Partial<SubscriptionState>;
  readonly pending?: string[];
}

/** Where all is well but for what is named. */
function snapshot(changed: Changed = {}): Snapshot {
  const { settings, postgres, contents, app, secret, subscription, pending = [] } = changed;
  const lists = {
    ...(app && { apps: [{ ...APP, ...app }] }),
    ...(secret && { secrets: [{ ...SECRET, ...secret }] }),
    ...(subscription && { subscriptions: [{ ...SUBSCRIPTION, ...subscription }] }),
  };
  return {
    now: NOW,
    settings: { ...SETTINGS, ...settings },
    database: { pendingMigrations: pending, postgres: { ...POSTGRES, ...postgres } },
    contents: pending.length > 0 ? undefined : { ...CONTENTS, ...lists, ...contents },
  };
}

const DEVELOPMENT = { issuer: 'http://localhost:3000', production: false, trustedProxies: 0 };

/** Rule → a snapshot that it finds something in, and one next to it that it does not. */
const CASES: Record<string, [sick: Changed, well: Changed]> = {
  'issuer-http': [
    { settings: { issuer: 'http://auth.example.com' } },
    { settings: { issuer: 'http://127.0.0.1:3000' } },
  ],
  'cookie-flags': [{ settings: DEVELOPMENT }, {}],
  'shared-origin': [{ settings: { issuer: 'https://example.com/auth' } }, {}],
  'not-production': [{ settings: { production: false } }, { settings: DEVELOPMENT }],
  'proxy-missing': [{ settings: { trustedProxies: 0 } }, { settings: DEVELOPMENT }],
  'proxy-bypass': [{ settings: { host: '0.0.0.0' } }, { settings: { host: '0.0.0.0', trustedProxies: 0 } }],
  'http-redirects': [{ settings: { httpRedirectHosts: ['private'] } }, {}],
  'metrics-open': [{ settings: { metricsHost: '::' } }, { settings: { metricsHost: undefined } }],
  'mail-missing': [{ settings: { hasMail: false } }, { settings: { hasMail: false, production: false } }],
  'embedded-in-production': [{ settings: { embedded: true } }, { settings: { embedded: true, production: false } }],
  'migrations-pending': [{ pending: ['0099-more'] }, {}],
  'postgres-too-old': [{ postgres: { version: 130_010 } }, { postgres: { version: 140_000 } }],
  'postgres-end-of-life': [{ contents: {}, postgres: { version: 140_000 } }, { postgres: { version: 150_002 } }],
  'postgres-fsync-off': [{ postgres: { fullPageWrites: false } }, {}],
  'postgres-commits-early': [{ postgres: { synchronousCommit: 'off' } }, { postgres: { synchronousCommit: 'local' } }],
  'postgres-unencrypted': [{ postgres: { encrypted: false } }, { postgres: { encrypted: false, local: true } }],
  'postgres-superuser': [{ postgres: { superuser: true } }, {}],
  'restores-unnoticed': [{ postgres: { restoresAreNoticed: false } }, { postgres: { restoresAreNoticed: true } }],
  'clock-skew': [{ postgres: { clockAhead: -2001 } }, { postgres: { clockAhead: 1999 } }],
  'master-key-missing': [
    { contents: { sealed: [{ masterKeyId: 'k0', count: 1 }] } },
    { contents: { sealed: [{ masterKeyId: 'generated', count: 1 }] }, settings: { masterKeyIds: [] } },
  ],
  'master-key-old': [{ settings: { masterKeyIds: ['k2', 'k1'] } }, { settings: { masterKeyIds: ['k1', 'k2'] } }],
  'master-key-unused': [{ settings: { masterKeyIds: ['k1', 'k0'] } }, { settings: { masterKeyIds: ['k2', 'k1'] } }],
  'cookie-key-age': [{ settings: { cookieKeyCount: 1 } }, {}],
  'job-failing': [
    { contents: { jobs: [{ name: 'keys', succeededAt: daysAgo(2), failedAt: daysAgo(1), failure: '42P01' }] } },
    { contents: { jobs: [{ name: 'keys', succeededAt: daysAgo(1), failedAt: daysAgo(2), failure: '42P01' }] } },
  ],
  'signing-key-missing': [{ contents: { signingKeys: CONTENTS.signingKeys.slice(1) } }, {}],
  'signing-key-old': [
    { contents: { signingKeys: CONTENTS.signingKeys.map((key) => ({ ...key, activatesAt: daysAgo(31.1) })) } },
    { contents: { signingKeys: CONTENTS.signingKeys.map((key) => ({ ...key, activatesAt: daysAgo(30.9) })) } },
  ],
  'secret-without-end': [{ secret: { expiresAt: null } }, { secret: { expiresAt: null }, app: { disabledAt: NOW } }],
  'secret-overdue': [{ secret: { createdAt: daysAgo(366) } }, { secret: { createdAt: daysAgo(364) } }],
  'secret-ends-soon': [
    { secret: { expiresAt: inDays(13) } },
    { contents: { secrets: [SECRET, { ...SECRET, id: 'sec_2', expiresAt: inDays(1) }] } },
  ],
  'secret-missing': [{ secret: { expiresAt: daysAgo(1) } }, { contents: { secrets: [] }, app: { authMethod: 'none' } }],
  'secret-unused': [
    { secret: { lastUsedAt: null, createdAt: daysAgo(91) } },
    { secret: { lastUsedAt: null, createdAt: daysAgo(89) } },
  ],
  'redirect-http': [{ app: { redirectUris: ['http://localhost:4000/cb'] } }, {}],
  'redirect-http-refused': [
    { app: { redirectUris: ['http://grafana:3000/cb'] } },
    { app: { redirectUris: ['http://localhost:3000/cb'] } },
  ],
  'redirect-localhost': [
    { app: { type: 'native', redirectUris: ['http://localhost/cb'] } },
    { app: { type: 'native', redirectUris: ['http://127.0.0.1/cb'] } },
  ],
  'redirect-many': [
    { app: { redirectUris: Array.from({ length: 11 }, (_, index) => `https://${index}.example.com/`) } },
    { app: { redirectUris: Array.from({ length: 10 }, (_, index) => `https://${index}.example.com/`) } },
  ],
  'pkce-optional': [{ app: { pkce: 'pkce_or_nonce' } }, { app: { pkce: 'pkce_or_nonce', type: 'machine' } }],
  'app-unused': [{ app: { lastUsedAt: null } }, { app: { lastUsedAt: null, createdAt: daysAgo(89) } }],
  'stopped-leftover': [{ app: { disabledAt: daysAgo(91) } }, { app: { disabledAt: daysAgo(89) } }],
  'app-looks-verified': [
    { contents: { apps: [APP, { ...APP, id: 'other', name: 'Sh0p', verified: true, vouchedFor: true }] } },
    { contents: { apps: [APP, { ...APP, id: 'other', name: 'Shops', verified: true, vouchedFor: true }] } },
  ],
  'name-looks-ours': [
    { contents: { named: [{ id: 'api_1', name: 'The ACME 1ogin' }] } },
    { app: { name: 'Acme Login for Berlin', vouchedFor: true } },
  ],
  'api-unused': [
    { subscription: { lastUsedAt: daysAgo(91) } },
    { subscription: { lastUsedAt: daysAgo(91), state: 'suspended' } },
  ],
  'scope-unused': [
    { subscription: { scopes: ['pay', 'refund'] } },
    { subscription: { scopes: ['pay', 'refund'], seenScopes: [] } },
  ],
  'token-large': [
    { contents: { largeTokens: [{ api: 'https://pay.example.com', characters: 7001, mostRoles: 'ada@example.com' }] } },
    {},
  ],
  'request-waiting': [{ subscription: { waitingSince: daysAgo(15) } }, { subscription: { waitingSince: daysAgo(13) } }],
  'no-admin': [{ contents: { admins: 0 } }, {}],
  'one-admin': [{ contents: { admins: 1 } }, { contents: { admins: 0 } }],
  'team-without-owner': [{ contents: { teamsWithoutOwner: ['Sales'] } }, {}],
  'demo-in-production': [
    { contents: { hasDemoPerson: true } },
    { contents: { hasDemoPerson: true }, settings: { production: false } },
  ],
  'mail-failed': [{ contents: { mail: { failed: 2, oldestWaiting: null } } }, {}],
  'mail-waiting': [
    { contents: { mail: { failed: 0, oldestWaiting: daysAgo(0.1) } } },
    { contents: { mail: { failed: 0, oldestWaiting: daysAgo(0.1) } }, settings: { hasMail: false } },
  ],
};

const found = (changed: Changed, now = NOW) => diagnose({ ...snapshot(changed), now }).map(({ id }) => id);
/** After the end of PostgreSQL 14, which is not over at NOW. */
const later = (id: string) => (id === 'postgres-end-of-life' ? new Date('2026-11-12T00:00:00Z') : NOW);

it('finds nothing where all is well', () => {
  expect(diagnose(snapshot())).toEqual([]);
});

it('has a case for every rule', () => {
  expect(Object.keys(CASES).sort()).toEqual(RULES.map(({ id }) => id).sort());
});

describe.each(Object.entries(CASES))('%s', (id, [sick, well]) => {
  it('is found', () => {
    expect(found(sick, later(id))).toContain(id);
  });

  it('is told in German to who reads German', () => {
    const told = (language: 'en' | 'de') =>
      inLanguage(language, 'UTC', () => diagnose({ ...snapshot(sick), now: later(id) }).find((one) => one.id === id));
    const [english, german] = [told('en'), told('de')];
    for (const part of ['what', 'why', 'fix'] as const) expect(german?.[part]).not.toBe(english?.[part]);
  });

  it('is not found next to it', () => {
    expect(found(well, later(id))).not.toContain(id);
  });
});

it('says of an app without PKCE whether a nonce is left', () => {
  const said = (pkce: AppState['pkce']) => diagnose(snapshot({ app: { pkce } })).map(({ what }) => what);
  expect(said('pkce_or_nonce')).toEqual(['shop (Shop) needs no PKCE.']);
  expect(said('optional')).toEqual(['shop (Shop) needs neither PKCE nor a nonce.']);
});

it('tells the worst first, each with what, why and how to mend it', () => {
  const findings = diagnose(
    snapshot({ contents: { admins: 0 }, settings: { cookieKeyCount: 1 }, secret: { expiresAt: null } }),
  );
  expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'note']);
  expect(findings[1]).toEqual({
    ...{ id: 'secret-without-end', severity: 'warning', why: expect.stringMatching(/\.$/), fix: expect.any(String) },
    what: 'The secret “summer” (sec_1) of shop (Shop) never expires.',
  });
  const fails = (['error', 'warning', 'note'] as const).map((least) => isAsBadAs(findings.slice(1), least));
  expect(fails).toEqual([false, true, true]);
});

it('names the verified app that another passes for, and not one that is verified too', () => {
  const named = (name: string, more: Partial<AppState> = {}) => ({ ...APP, id: name.toLowerCase(), name, ...more });
  const both = { verified: true, vouchedFor: true };
  const apps = [named('Ledger', both), named('Lеdger'), named('LEDGER'), named('Ledger ', both), named('ledg3r')];
  const stopped = named('Ledger', { disabledAt: daysAgo(1) });
  const told = diagnose(snapshot({ contents: { apps: [...apps, stopped] } })).filter(({ id }) =>
    id.startsWith('app-looks'),
  );
  expect(told.map(({ what }) => what.slice(0, what.indexOf(' (')))).toEqual(['lеdger', 'ledger', 'ledg3r']);
  expect(told.every(({ what }) => /passes for the verified app “Ledger ?”\.$/.test(what))).toBe(true);
});
