import { settings } from '../../clients/settings/settings.ts';
import { toSnake } from '../../json-names.ts';
import { APP, ID_WORDS, PERSON, type Said } from './id-words.ts';

/** What a member means, and what one looks like. */
export interface Words {
  readonly description: string;
  readonly examples?: readonly [unknown];
}

/** The words for a member: those for it in this schema, else those that hold wherever it has this name. */
export function wordsFor(member: string, schema: string | undefined): Words | undefined {
  const [description, ...examples] = WORDS[`${schema}.${member}`] ?? WORDS[member] ?? [];
  if (description === undefined) return undefined;
  return examples.length > 0 ? { description, examples: [examples[0]] } : { description };
}

const TIME = '2027-01-31T12:00:00.000Z';
const IDENTIFIER = 'https://reports.example.com';
const SCOPES = ['reports:read'];

const SETTING_WORDS = Object.fromEntries(
  settings.map(([name, { meaning, example, whenNew }]): [string, Said] => [
    toSnake(name),
    [meaning, example ?? whenNew],
  ]),
);

const WORDS: Readonly<Record<string, Said>> = {
  ...SETTING_WORDS,
  ...ID_WORDS,

  // Names, and what is said of everything
  name: ['A name for people.', 'Billing dashboard'],
  'Scope.name': ['The scope, as requests and tokens have it.', 'reports:read'],
  'NewScope.name': ['The scope, as requests and tokens have it.', 'reports:read'],
  'Role.name': ['Its name, unique within the API; the `roles` claim has it.', 'Controller'],
  'NewRole.name': ['Its name, unique within the API; the `roles` claim has it.', 'Controller'],
  'RoleChanges.name': ['Its name, unique within the API; the `roles` claim has it.', 'Controller'],
  'Consumer.name': ['The app’s name; null for one that is gone.', 'Billing dashboard'],
  'Named.name': ['Its name.', 'Billing'],
  'Team.name': ['Its name, unique on this server.', 'Billing'],
  'NewTeam.name': ['Its name, unique on this server.', 'Billing'],
  'TeamChanges.name': ['Its name, unique on this server.', 'Billing'],
  'Group.name': ['Its name, unique on this server.', 'Controlling'],
  'NewGroup.name': ['Its name, unique on this server.', 'Controlling'],
  'GroupChanges.name': ['Its name, unique on this server.', 'Controlling'],
  'Api.name': ['A name for people.', 'Reports'],
  'ListedApi.name': ['A name for people.', 'Reports'],
  'Secret.name': ['What it is told apart by.', '2027-winter'],
  'CreatedSecret.name': ['What it is told apart by.', '2027-winter'],
  'NewSecret.name': ['What it is told apart by.', '2027-winter'],
  'Rotation.name': ['What the new one is told apart by.', '2027-summer'],
  description: ['In words, for people.', 'Reads the monthly reports'],
  team_name: ['The name of that team.', 'Billing'],
  created_at: ['When it was made.', TIME],
  created_by: ['The account or app that made it; null for the operator.', PERSON],
  updated_at: ['When it was last changed.', TIME],
  disabled: ['Whether they may not sign in.', false],
  disabled_at: ['Since when it is stopped; null while it is not.', null],
  disabled_reason: ['Why it is stopped.', null],
  suspended_at: ['Since when it is stopped; null while it is not.', null],
  suspended_reason: ['Why it is stopped, for those who look after it.', null],
  reason: ['Why, in a sentence for the people whom it concerns.', 'The contract has ended'],
  data: ['What was asked for.'],
  next: ['The `cursor` of the part that follows; null at the end.', null],
  limit: ['How many at most.'],
  cursor: ['`next` of the part before.'],
  search: ['Text to look for, whatever the case of its letters.'],
  sort: ['What it is sorted by, with a minus the highest first. A `cursor` holds for the sort that it was made with.'],

  // Apps and secrets
  'App.type': ['What it is for.', 'machine'],
  'CreatedApp.type': ['What it is for.', 'machine'],
  'NewApp.type': ['What it is for; it stays as it is.', 'machine'],
  auth_method: ['How it authenticates at the token endpoint.', 'client_secret_basic'],
  jwks: ['Its public keys, for private_key_jwt.', null],
  'NewApp.jwks': ['Its public keys, for private_key_jwt.'],
  keys: ['JSON Web Keys (RFC 7517).', [{ kty: 'EC', crv: 'P-256', x: '…', y: '…' }]],
  jwks_uri: ['Where it publishes its public keys.', null],
  'NewApp.jwks_uri': ['Where it publishes its public keys.', 'https://billing.example.com/jwks.json'],
  'NewApp.default_api': ['The identifier of the API that its tokens are for when a request names none.', IDENTIFIER],
  default_api: ['The identifier of the API that its tokens are for when a request names none.', null],
  id_token_alg_now: ['How they are signed now: as before, until apps know a key of the chosen algorithm.', 'RS256'],
  id_token_alg_from: [
    'From when they are signed as chosen; null when they are, or when the key has yet to be made.',
    null,
  ],
  secret: ['Its first secret; null for an app that uses none.'],
  value: ['The secret itself. It is shown this once.', 'lks_Zk3Jc0mB1q…'],
  standing: ['How it stands, judged from its use.', 'live'],
  expires_at: ['When it ends.', TIME],
  last_used_at: ['When it was last used, some seconds behind.', TIME],
  'ListedApp.last_used_at': ['When it was last used, to the hour; null for never.', TIME],
  'ListedApi.last_used_at': ['When it was last used, to the hour; null for never, and for who does not own it.', TIME],
  subscribers: ['How many apps may use it now; null for who does not own it.', 3],
  successor_id: ['The secret whose first use ends this one.', null],
  ends: ['When the old secret ends: after a day, when this is left out.'],
  when: ['At once, at a time, after some seconds, or when the new one is first used.'],
  'EndsAt.at': ['The moment.', TIME],
  'EndsAfter.seconds': ['For how long the old secret works on.', 86_400],

  // APIs, subscriptions and roles
  identifier: ['Its resource indicator (RFC 8707), the `aud` of its tokens. It stays as it is.', IDENTIFIER],
  docs_url: ['Where its documentation is.', `${IDENTIFIER}/docs`],
  token_lifetime: ['Seconds for which its tokens are good.', 300],
  signing_alg: ['How its tokens are signed.', 'ES256'],
  signing_alg_now: ['How they are signed now: as before, until verifiers know a key of the chosen algorithm.', 'ES256'],
  signing_alg_from: [
    'From when they are signed as chosen; null when they are, or when the key has yet to be made.',
    null,
  ],
  visibility: ['Who finds it in the catalogue, beside the team that owns it.', 'everyone'],
  visible_teams: ['The teams that find it, when only selected ones do. Yours to see if the API is.', []],
  roles_claim: ['Whether its tokens name the person’s roles.', false],
  needs_approval: ['Whether a subscription with it waits for the API’s team.', false],
  needs_role: ['Whether people need a role that has it.', false],
  scopes: ['Scopes of the API.', SCOPES],
  'Api.scopes': ['Its scopes.'],
  'NewApi.scopes': ['Its scopes.'],
  'ApiChanges.scopes': ['All its scopes from now on.'],
  'Subscription.scopes': ['What the app may have, while the state is `active`.', SCOPES],
  'Approval.scopes': ['The part of what was asked for that is approved; all of it when left out.', SCOPES],
  'Narrowing.scopes': ['What the app keeps.', SCOPES],
  app: ['The app.', APP],
  api: ['The API, by its identifier.', IDENTIFIER],
  'Subscription.app': ['The app.'],
  'Subscription.api': ['The API.'],
  'NewSubscription.api': ['The API, by its id or its identifier.', IDENTIFIER],
  'NewSubscription.reason': ['What the app needs it for. Needed where a scope waits for approval.', 'Monthly reports'],
  'LoggedRequest.api': ['The name of the API.', 'Reports'],
  'AppOutcome.api': ['The name of the API.', 'Reports'],
  state: ['`pending`: nothing is live yet; `active` may have a request for more beside it.', 'active'],
  request: ['What waits for a decision.'],
  requested_by: ['The account or app that asked.', PERSON],
  requested_at: ['When.', TIME],
  decision: ['What the team of the API said last.'],
  decided_by: ['The account or app that decided.', PERSON],
  decided_at: ['When.', TIME],
  note: ['What to tell the other team.', 'Welcome'],
  accounts: ['People who have it directly.'],
  groups: ['Groups whose people have it.'],

  // Teams and people
  role: ['What they may do in the team; null for an invitation to an account alone.', 'developer'],
  email: ['Their address.', 'grace@example.com'],
  'User.name': ['Their name.', 'Grace Hopper'],
  'NewUser.name': ['Their name.', 'Grace Hopper'],
  'Member.name': ['Their name.', 'Grace Hopper'],
  'GroupMember.name': ['Their name.', 'Grace Hopper'],
  'ListedUser.name': ['Their name.', 'Grace Hopper'],
  'ListedUser.id': ['Their id: the `sub` of tokens.', PERSON],
  last_sign_in_at: ['When they signed in last; null for never.', TIME],
  'RoleHolder.name': ['Their name.', 'Grace Hopper'],
  given_name: ['Their first name.', 'Grace'],
  family_name: ['Their last name.', 'Hopper'],
  nickname: ['What friends call them.', null],
  preferred_username: ['The user name that apps know them by. No two people have the same.', 'grace'],
  picture: ['The address of a picture, with https.', null],
  joined_at: ['When they came into the team.', TIME],
  owner: ['The account that owns it, when an app starts it.', PERSON],
  password: ['A first password.', 'correct horse battery staple'],
  platform_role: ['What they may do beyond their teams.', null],
  email_verified_at: ['When the address was verified.', TIME],

  // Branding
  'Branding.name': ['What it is called.', 'Acme ID'],
  'BrandingChanges.name': ['What it is called.', 'Acme ID'],
  accent: ['The color of buttons and links.', '#7a1fa2'],
  accent_light: ['How it is shown on light pages: lighter or darker where it could not be read.', '#7a1fa2'],
  accent_dark: ['How it is shown on dark pages.', '#a24dcd'],
  privacy_url: ['The privacy notice: https: or mailto:.', 'https://acme.example/privacy'],
  terms_url: ['The terms of use.', 'https://acme.example/terms'],
  support_url: ['Where people find help.', 'mailto:help@acme.example'],
  logo_url: ['Where the logo is.', null],
  dark_logo_url: ['Where the logo for dark pages is.', null],
  logo: ['A square picture (PNG, JPEG or WebP) in base64.', null],
  dark_logo: ['The same for dark pages.', null],

  // Usage and audit
  at: ['When; of a part of a period, when it starts.', TIME],
  calls: ['Requests in all.', 1204],
  failures: ['Of these, the ones that went wrong.', 3],
  count: ['How often.', 1201],
  outcomes: ['What it ended with, the most frequent first.'],
  consumers: ['The apps, the busiest first.'],
  event: ['A grant type, or another kind of request.', 'client_credentials'],
  outcome: ['`ok`, or an error code.', 'ok'],
  'LoggedRequest.detail': ['What the server said.', null],
  cause: ['Why it failed.', null],
  fix: ['What to do about it.', null],
  scope: ['The scopes that were asked for.', 'reports:read'],
  request_id: ['The X-Request-Id of the answer.', '4bf92f3577b34da6'],
  period: ['How far back.'],
  show: ['Everything, or failures alone.'],
  'AuditEvent.type': ['What was done.', 'client.secret_added'],
  'AuditEvent.app_id': ['The app that it is about.', APP],
  'AuditEvent.account_id': ['The person that it is about.', null],
  'AuditEvent.detail': ['What there is to say of it. Never a secret, a token or a code.', { name: 'first' }],
  actor: ['Who did it.'],
  'Actor.type': ['`account`, `client`, `operator` at the command line, or `system`.', 'account'],
  ip: ['Where the request came from.', '203.0.113.7'],
  team: ['Of this team, by its id.'],
  account: ['About this person, by the id of the account.'],
  type: ['Of this type, such as `client.created`.'],

  // Problems
  'Problem.type': ['An address that explains this kind of problem.', 'https://auth.example.com/api/v1/docs#not_found'],
  title: ['The kind of problem, in words.', 'There is nothing at this address.'],
  status: ['The HTTP status.', 404],
  'Problem.detail': ['What went wrong this time.', `There is no app ${APP}.`],
  code: ['The kind of problem, for programs.', 'not_found'],
  hint: ['What to do about it.', 'Check the address, or start again at the home page.'],
  errors: ['What is wrong with which member of the request.'],
  field: ['The member, with dots between levels.', 'redirect_uris.0'],
  message: ['What is wrong with it.', '“http://example.com” must use https.'],
};
