import { randomFrom } from '../support/random.ts';

export const APPS = [
  'web',
  'post',
  'retries',
  'lax',
  'rsa',
  'native',
  'spa',
  'tv',
  'online',
  'one',
  'several',
  'stopped',
] as const;
export type AppName = (typeof APPS)[number];

/** What people once agreed to: each is a real sign-in, of which copies are made. */
export const CONSENTS = [
  'everything',
  'openid',
  'userinfo',
  'api',
  'session',
  'roles',
  'maxAge',
  'two',
  'noPkce',
] as const;
export type ConsentName = (typeof CONSENTS)[number];

export type Source = 'code' | 'refresh' | 'device' | 'machine' | 'introspection' | 'revocation';

/** What an introspection or revocation is about: a JWT of the app itself, or what was given out on behalf of a person. */
export const SUBJECTS = ['jwt', 'access', 'access', 'refresh', 'refresh', 'code'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

/** How a code or token stands when it is presented. */
export type State =
  | ('fresh' | 'used' | 'expired' | 'unknown' | 'without grant' | 'grant expired' | 'person disabled' | 'sign-in ended')
  | (
      | 'without session'
      | 'session expired'
      | "another grant's session"
      | "another person's grant"
      | 'pending'
      | 'denied'
    )
  | ('bound to a key' | 'bound to a certificate' | 'nearly expired' | "of nobody's grant");

const AUTHENTICATIONS = [
  ...['basic', 'body', 'both', 'wrong', 'none', 'id only', 'empty secret', 'lower', 'two spaces', 'unpadded'],
  ...['other id', 'unknown app', 'bearer', 'encoded', 'nothing after colon', "another app's"],
] as const;
export type Authentication = (typeof AUTHENTICATIONS)[number];

/** What is odd about the form. `VALUE` in it stands for the code or token. */
const CHANGES = [
  ...['twice grant_type', 'twice value', 'twice resource', 'empty resource', 'empty scope', 'empty value', 'no value'],
  ...[
    'unknown parameter',
    'prototype',
    'resource',
    'slashed resource',
    'other resource',
    'unknown resource',
    'relative resource',
  ],
  ...['narrower', 'wider', 'nonsense scope', 'openid scope', 'spaces in scope', 'backwards', 'ampersands'],
  ...[
    'encoded names',
    'plus',
    'nul',
    'bad escape',
    'latin1',
    'upper grant',
    'no grant',
    'unknown grant',
    'grant of another',
  ],
  ...['no redirect', 'other redirect', 'no verifier', 'wrong verifier', 'short verifier', 'hint', 'large', 'surrogate'],
  ...['value in another case', 'assertion', 'no body'],
  ...['refresh hint', 'long hint', 'odd hint', 'empty hint', 'twice hint'],
] as const;
export type Change = (typeof CHANGES)[number];

const API: readonly Change[] = [
  'resource',
  'slashed resource',
  'other resource',
  'unknown resource',
  'narrower',
  'no value',
  'empty value',
];
const PROOF: readonly Change[] = ['no verifier', 'wrong verifier', 'short verifier', 'no redirect', 'other redirect'];
/** What a source is most particular about: half of what is odd about its forms. */
const HINTS: readonly Change[] = [
  'hint',
  'hint',
  'refresh hint',
  'refresh hint',
  'long hint',
  'odd hint',
  'empty hint',
];
const CHANGES_OF: Partial<Record<Source, readonly Change[]>> = {
  ...{ code: [...PROOF, ...API], refresh: API, device: API },
  ...{ introspection: HINTS, revocation: HINTS },
};

const ENDED: readonly State[] = [
  ...(['used', 'expired', 'unknown', 'without grant', 'grant expired', 'person disabled'] as const),
  "another person's grant",
];
const SESSION: readonly State[] = [
  ...(['sign-in ended', 'without session', 'session expired'] as const),
  "another grant's session",
];
const BOUND: readonly State[] = ['bound to a key', 'bound to a certificate', 'nearly expired', "of nobody's grant"];
const STATES_OF: Partial<Record<Source, readonly State[]>> = {
  code: [...ENDED, ...SESSION],
  refresh: ENDED,
  device: [...ENDED, 'sign-in ended', 'pending', 'denied'],
  introspection: [...ENDED, ...SESSION, ...BOUND],
  revocation: [...ENDED, ...SESSION, ...BOUND],
};

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://app.example.com' },
  { dpop: 'x' },
  { 'oauth-client-attestation': 'x' },
  { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
  { 'content-type': 'application/x-www-form-urlencoded; charset=latin1' },
  { 'content-type': 'application/json' },
  { 'content-type': 'text/plain' },
  { 'content-encoding': 'gzip' },
  { accept: 'text/html' },
  { accept: 'application/json' },
  { 'accept-encoding': 'gzip' },
  { 'x-forwarded-for': '203.0.113.9' },
  { 'x-forwarded-host': 'evil.example' },
  { cookie: 'latchkey_session=x' },
];

/** What comes after the first request: the same again, the new refresh token, or both at once. */
export type Step = 'again' | 'next' | 'next twice';

export interface Scenario {
  readonly number: number;
  readonly source: Source;
  readonly subject: SubjectName;
  /** Who asks, and whose code or token it is. */
  readonly app: AppName;
  readonly owner: AppName;
  readonly consent: ConsentName;
  readonly state: State;
  readonly how: Authentication;
  readonly changes: readonly Change[];
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  readonly steps: readonly Step[];
}

const PEOPLES: readonly [AppName, ...AppName[]] = [
  'web',
  'post',
  'retries',
  'lax',
  'rsa',
  'native',
  'spa',
  'online',
  'stopped',
];
const DEVICES: readonly [AppName, ...AppName[]] = ['tv'];
const MACHINES: readonly [AppName, ...AppName[]] = ['one', 'several'];
const SOURCES = [
  ...['code', 'code', 'code', 'code', 'refresh', 'refresh', 'refresh', 'refresh', 'device', 'device'],
  ...[
    'machine',
    'machine',
    'introspection',
    'introspection',
    'introspection',
    'revocation',
    'revocation',
    'revocation',
  ],
] as [Source, ...Source[]];

const publics: ReadonlySet<AppName> = new Set(['native', 'spa', 'tv']);
/** Whether it is about a token that an app got for itself, or gets. */
export const isOfMachine = ({ source, subject }: Pick<Scenario, 'source' | 'subject'>) =>
  source === 'machine' || (isAboutAToken(source) && subject === 'jwt');
export const isAboutAToken = (source: Source) => source === 'introspection' || source === 'revocation';
const ownersOf = (scenario: Pick<Scenario, 'source' | 'subject'>) =>
  scenario.source === 'device' ? DEVICES : isOfMachine(scenario) ? MACHINES : PEOPLES;

/** Scenarios by seed, most of them with nothing or one thing odd about them. */
export function scenariosOf(seed: number, count: number): Scenario[] {
  const random = randomFrom(seed);
  const one = <T>(values: readonly T[]) => random.one(values as readonly [T, ...T[]]);
  const changesOf = (source: Source) => {
    const first = one((random.chance(0.5) ? CHANGES_OF[source] : undefined) ?? CHANGES);
    return random.chance(0.2) ? [first, one(CHANGES)] : [first];
  };
  const aScenario = (number: number): Scenario => {
    const source = one(SOURCES);
    const subject = one(SUBJECTS);
    // Of four, one is as plain as can be, and the others have one thing about them or a few.
    const oddities = one([0, 1, 1, 2]);
    const odd = new Set(
      Array.from({ length: oddities }, () => one(['state', 'how', 'change', 'header', 'app', 'query'])),
    );
    const owner = one(ownersOf({ source, subject }));
    const app = odd.has('app') && random.chance(0.7) ? one(APPS) : owner;
    return {
      number,
      source,
      subject,
      app,
      owner,
      consent: one(CONSENTS),
      state: odd.has('state') ? one(STATES_OF[source] ?? ['fresh']) : 'fresh',
      how: odd.has('how') ? one(AUTHENTICATIONS) : publics.has(app) ? 'id only' : one(['basic', 'body', 'lower']),
      changes: odd.has('change') ? changesOf(source) : [],
      headers: odd.has('header') ? one(HEADERS) : {},
      query: odd.has('query') ? one(['?', '?scope=reports:read', '?client_secret=x']) : '',
      steps: one([[], [], ['again'], ['next'], ['next', 'again'], ['next', 'next'], ['next twice']] as Step[][]),
    };
  };
  const all = Array.from({ length: count }, (_, number) => aScenario(number));
  return [...all, ...everyState(all.length)];
}

/** Each kind of token in each of its states, at both endpoints that are about one, by the app that has it and by another. */
function everyState(first: number): Scenario[] {
  const plain = { how: 'basic', changes: [], headers: {}, query: '', owner: 'web' } as const;
  const all = (['introspection', 'revocation'] as const).flatMap((source) =>
    (['access', 'refresh', 'code'] as const).flatMap((subject) =>
      (['fresh', ...(STATES_OF[source] ?? [])] as const).flatMap((state) =>
        (['web', 'post'] as const).flatMap((app) =>
          // What ends with a session, and what does not.
          (['session', 'userinfo'] as const).map((consent) => ({ ...plain, source, subject, state, app, consent })),
        ),
      ),
    ),
  );
  return all.map((one, index) => ({ ...one, number: first + index, steps: ['again'] }));
}
