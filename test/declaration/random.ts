import type { Declaration } from '../../src/declaration/schema.ts';
import type { randomFrom } from '../support/random.ts';
import { PEOPLE } from './databases.ts';

type Random = ReturnType<typeof randomFrom>;

const TEXTS = [
  '',
  'Plain',
  'with: a colon',
  '# no comment',
  "“quotes” and 'these'",
  'two\nlines',
  ' é 漢字 🙂',
  '- [x]',
  'yes',
] as const;
const TEAMS = ['Sales', 'Größe & Co', 'null', '42'];
const GROUPS = ['Readers', 'on', '~'];
const APIS = ['https://orders.example.com', 'urn:example:pay', 'https://maps.example.com/v1?x=1'];
const SCOPES = ['read', 'orders:write', 'a/b'];
const APPS = ['alpha', 'bravo-1', 'charlie', 'delta_2'];

/** A whole configuration of the names above, valid and with every list in it. */
export function randomDeclaration(random: Random): Declaration {
  const { chance, some, one, int } = random;
  const groups = some(GROUPS).map((name) => ({ name, members: some(PEOPLE) }));
  const teams = some(TEAMS).map((name) => {
    const [owner = '', ...others] = PEOPLE.slice(int(3));
    const roles = ['owner', 'developer', 'viewer'] as const;
    const members = [{ email: owner, role: 'owner' as const }, ...others.map((email) => ({ email, role: one(roles) }))];
    return { name, members };
  });
  const names = teams.map(({ name }) => name);
  const owner = () => (names.length > 0 && chance(0.6) ? { team: names[int(names.length - 1)] ?? '' } : {});
  const appIds = some(APPS);
  const apis = some(APIS).map((identifier) => {
    const scopes = some(SCOPES).map((name) => ({
      ...{ name, description: one(TEXTS).trim(), needs_approval: chance(0.3), needs_role: chance(0.3) },
    }));
    const offered = scopes.map(({ name }) => name);
    return {
      ...{
        identifier,
        name: `N ${one(TEXTS)}`.replaceAll(/\s+/g, ' ').trim(),
        ...owner(),
        description: one(TEXTS).trim(),
      },
      ...{ docs_url: chance(0.5) ? 'https://docs.example.com/' : null, token_lifetime: 30 + int(300) },
      ...{ signing_alg: one(['ES256', 'RS256', 'EdDSA'] as const), roles_claim: chance(0.5) },
      ...{ visibility: one(['everyone', 'selected', 'team'] as const), visible_teams: some(names), scopes },
      introspectors: some(appIds),
      roles: some(['clerk', 'Boss 2']).map((name) => ({
        ...{ name, description: one(TEXTS).trim(), scopes: some(offered) },
        ...{ people: some(PEOPLE), groups: some(groups.map((group) => group.name)) },
      })),
    };
  });
  return { version: 1, groups, teams, apis, apps: appIds.map((id) => randomApp(random, id, { apis, owner })) };
}

interface World {
  readonly apis: NonNullable<Declaration['apis']>;
  readonly owner: () => { team?: string };
}

/** The type hangs on the id, since it cannot be changed. */
const TYPES = { alpha: 'machine', 'bravo-1': 'web', charlie: 'spa', delta_2: 'native' } as const;

function randomApp({ chance, some, one, int }: Random, id: string, { apis, owner }: World) {
  const type = TYPES[id as keyof typeof TYPES];
  const isPublic = type === 'spa' || type === 'native';
  const subscriptions = some(apis).map((api) => ({
    api: api.identifier,
    scopes: some((api.scopes ?? []).map(({ name }) => name)),
  }));
  const first = subscriptions[0]?.api;
  const keys = !isPublic && chance(0.3);
  const loopback = ['http://127.0.0.1/cb', 'com.example.app:/cb'];
  return {
    ...{ id, type, name: `App ${int(9)}`, ...owner(), description: one(TEXTS).trim() },
    homepage: chance(0.5) ? 'https://www.example.com/' : null,
    auth_method: keys ? ('private_key_jwt' as const) : ('client_secret_basic' as const),
    ...(keys ? { jwks_uri: `https://keys.example.com/${int(9)}` } : {}),
    redirect_uris: type === 'machine' ? [] : ['https://app.example.com/cb', ...(type === 'native' ? loopback : [])],
    post_logout_redirect_uris: type === 'machine' ? [] : some(['https://app.example.com/', 'https://b.example.com/']),
    ...(first !== undefined && chance(0.5) ? { default_api: first } : {}),
    id_token_alg: one(['ES256', 'RS256', 'EdDSA'] as const),
    id_token_claims: some(['profile', 'email', 'groups', 'name']),
    optional_scopes: type === 'machine' ? [] : some(['email', 'a:read']),
    own_claims: some(['login = preferred_username', 'tenant = "acme"', 'admin = group "Admins"']),
    offline_access: one(['allowed', 'with_prompt', 'never'] as const),
    pkce: isPublic ? ('required' as const) : one(['required', 'pkce_or_nonce', 'optional'] as const),
    ...{
      default_api_at_sign_in: chance(0.2),
      require_par: chance(0.3),
      first_party: chance(0.2),
      verified: chance(0.2),
      ask_each_time: chance(0.2),
      refresh_retry_seconds: int(60),
      subscriptions,
    },
  };
}
