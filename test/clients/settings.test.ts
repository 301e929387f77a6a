import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '../../src/clients/clients.ts';
import { CLIENT_TYPES, PURPOSES } from '../../src/clients/purposes.ts';
import { type Setting, type SettingName, settings } from '../../src/clients/settings/settings.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import type { ClientType } from '../../src/db/tables/catalogue.ts';
import { toSnake } from '../../src/json-names.ts';
import { commandLineOf } from '../cli/in-process.ts';
import { aTeam } from '../support/access.ts';
import { aRobot } from '../support/admin-api.ts';
import { aPerson } from '../support/factories.ts';
import { unescapeHtml } from '../support/html.ts';
import type { Person } from '../support/person.ts';
import { aVisitor } from '../support/portal.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** A value that no new app has, and one that is refused, for the kinds in which no table can say one. */
const SAMPLES: { readonly [Name in SettingName]?: { readonly good: unknown; readonly bad: unknown } } = {
  description: { good: 'Reads & writes', bad: 'x'.repeat(501) },
  homepage: { good: 'https://www.example.com/?a=1&b=2', bad: 'ftp://www.example.com' },
  redirectUris: {
    good: ['https://one.example.com/cb', 'https://two.example.com/cb?a=1&b=2'],
    bad: Array.from({ length: 51 }, (_, index) => `https://app.example.com/${index}`),
  },
  idTokenClaims: { good: ['email', 'name'], bad: ['profile', 'shoe_size'] },
  optionalScopes: { good: ['email', 'reports:write'], bad: ['profile', 'openid'] },
  ownClaims: { good: ['tenant = "acme"', 'admin = group "Admins"'], bad: ['email = name'] },
  postLogoutRedirectUris: {
    good: ['https://one.example.com/'],
    bad: Array.from({ length: 51 }, (_, index) => `https://app.example.com/${index}`),
  },
};

function samplesOf(name: SettingName, setting: Setting): { good: unknown; bad: unknown } {
  const { whenNew } = setting;
  if (setting.kind === 'switch') return { good: !whenNew, bad: 'perhaps' };
  if (setting.kind === 'number') return { good: Number(whenNew) + 1, bad: 1_000_000 };
  if (setting.kind === 'choice') {
    return { good: Object.keys(setting.choices).find((value) => value !== whenNew), bad: 'nonsense' };
  }
  const samples = SAMPLES[name];
  if (!samples) throw new Error(`give a sample of ${name}`);
  return samples;
}

let server: TestServer;
let run: ReturnType<typeof commandLineOf>['run'];
let answer: ReturnType<typeof commandLineOf>['answer'];
let robot: Awaited<ReturnType<typeof aRobot>>;
let team: string;
let visitor: Person;

beforeAll(async () => {
  server = await startTestServer();
  ({ run, answer } = commandLineOf(server));
  // With what the settings of the platform take beside apps:write.
  robot = await aRobot(server, ['apps:read', 'apps:write', 'users:write']);
  team = (await aTeam(server.database)).id;
  const person = await aPerson(server.database);
  const member = { team_id: team, account_id: person.account.id, role: 'developer' as const, created_at: new Date() };
  await server.database.db.insertInto('team_members').values(member).execute();
  visitor = await aVisitor(server, person);
});
afterAll(() => server.stop());

const REDIRECT_URI = 'https://app.example.com/callback';

/** Said nothing of but what it has to have. */
async function aNewApp(type: ClientType = 'web'): Promise<string> {
  const redirectUris = PURPOSES[type].hasRedirectUris ? [REDIRECT_URI] : [];
  const input = { name: 'Walked', type, team, redirectUris };
  const { client } = await createClient(server.database.db, input, { actor: { type: 'operator' }, now: new Date() });
  return client.id;
}

type Shown = Readonly<Record<string, unknown>>;
/** What a refusal says; undefined when there was none. */
type Refusal = string | undefined;

const stderrOf = async (args: readonly string[], input: { stdin?: string } = {}): Promise<Refusal> => {
  const { code, stderr } = await run(args, input);
  return code === 0 ? undefined : stderr;
};

function optionsOf(setting: Setting, value: unknown): string[] {
  const flag = setting.option.split(' ')[0] ?? '';
  if (setting.kind === 'switch') return [value ? flag : flag.replace('--', '--no-')];
  return (Array.isArray(value) ? value : [value]).flatMap((one) => [flag, String(one)]);
}

const callError = ({ status, body }: { status: number; body: { errors?: { message: string }[] } }): Refusal =>
  status < 300 ? undefined : `${status} ${body.errors?.map(({ message }) => message).join(' ')}`;

/** The fields of a form as a browser would send them, by its page. */
function fieldsOn(html: string): Record<string, string> {
  const areas = [...html.matchAll(/<textarea id="([^"]*)"[^>]*>([\s\S]*?)<\/textarea>/g)];
  const inputs = [...html.matchAll(/<input id="([^"]*)"[^>]*? value="([^"]*)"/g)];
  const boxes = [...html.matchAll(/<input type="checkbox" name="([^"]*)" checked>/g)].map(([, name]) => [name, 'on']);
  const selects = [...html.matchAll(/<select id="([^"]*)"[\s\S]*?<option value="([^"]*)" selected>/g)];
  const found = [...[...areas, ...inputs, ...selects].map(([, name, value]) => [name, value]), ...boxes];
  return Object.fromEntries(found.map(([name = '', value = '']) => [name, unescapeHtml(value)]));
}

function typedOf(setting: Setting, value: unknown): string {
  if (setting.kind === 'switch') return value ? 'on' : '';
  return Array.isArray(value) ? value.join('\n') : String(value ?? '');
}

/** Each way to change a setting of an app that is there. */
const WAYS = {
  'the command line': (id: string, _name: SettingName, setting: Setting, value: unknown) =>
    stderrOf(['app', 'update', id, ...optionsOf(setting, value)]),
  'the admin API': async (id: string, name: SettingName, _setting: Setting, value: unknown) =>
    callError(await robot.call('PATCH', `/apps/${id}`, { [toSnake(name)]: value })),
  'the portal': async (id: string, name: SettingName, setting: Setting, value: unknown) => {
    const page = await visitor.visit(`/apps/${id}/settings`);
    const fields = { ...fieldsOn(page.text), [name]: typedOf(setting, value) };
    const { response, text } = await visitor.submit(page, '/settings', fields);
    return text.includes('Saved the settings.') ? undefined : `${response.status} ${unescapeHtml(text)}`;
  },
  'a file': async (id: string, name: SettingName, _setting: Setting, value: unknown) => {
    const stdin = JSON.stringify({ version: 2, apps: [{ ...(await declared(id)), [toSnake(name)]: value }] });
    return stderrOf(['apply', '-f', '-'], { stdin });
  },
};

type Way = (typeof WAYS)['a file'];

async function declared(id: string): Promise<Shown> {
  const { apps } = await answer<{ apps: Shown[] }>(['export']);
  return apps.find((app) => app.id === id) ?? {};
}

/** The portal's form has no setting of the platform. */
const waysOf = (setting: Setting) =>
  Object.entries(WAYS).filter(([way]) => !('by' in setting) || way !== 'the portal') as [keyof typeof WAYS, Way][];

/** What each way shows of it, in the form of that way. */
async function readings(id: string, name: SettingName) {
  const member = toSnake(name);
  return {
    'the command line': (await answer<Shown>(['app', 'show', id]))[member],
    'the admin API': ((await robot.call('GET', `/apps/${id}`)).body as Shown)[member],
    'the portal': fieldsOn((await visitor.visit(`/apps/${id}/settings`)).text)[name] ?? '',
    'a file': (await declared(id))[member],
  };
}

const readAs = (setting: Setting, value: unknown) => ({
  'the command line': value,
  'the admin API': value,
  'the portal': 'by' in setting ? '' : typedOf(setting, value),
  'a file': value,
});

const walked = settings.map(([name, setting]) => ({ name, setting, ...samplesOf(name, setting) }));

describe.each(walked)('the setting $name of an app', ({ name, setting, good, bad }) => {
  it.each(waysOf(setting))('is changed by %s, and read by every way', async (_way, change) => {
    const id = await aNewApp();
    expect(await change(id, name, setting, good)).toBeUndefined();
    expect(await readings(id, name)).toEqual(readAs(setting, good));
  });

  it('is said of a new app at the command line and in the admin API', async () => {
    const redirects = name === 'redirectUris' ? [] : ['--redirect-uri', REDIRECT_URI];
    const create = ['app', 'create', '--name', 'New', '--type', 'web', '--team', team, ...redirects];
    const { client_id } = await answer<{ client_id: string }>([...create, ...optionsOf(setting, good)]);
    expect((await answer<Shown>(['app', 'show', client_id]))[toSnake(name)]).toEqual(good);
    const wanted = { name: 'New', type: 'web', redirect_uris: [REDIRECT_URI], [toSnake(name)]: good };
    const { status, body } = await robot.call('POST', '/apps', { ...wanted, team_id: team });
    expect({ status, value: (body as Shown)[toSnake(name)] }).toEqual({ status: 201, value: good });
  });

  it('is left out, and what its table says', async () => {
    const id = await aNewApp();
    const value = name === 'redirectUris' ? [REDIRECT_URI] : setting.whenNew;
    const leftOut = name === 'redirectUris' ? value : undefined;
    expect(await readings(id, name)).toEqual({ ...readAs(setting, value), 'a file': leftOut });
  });

  it('is refused in the same words by every way', async () => {
    const id = await aNewApp();
    const before = await readings(id, name);
    const words = setting.schema.safeParse(bad).error?.issues[0]?.message ?? 'nothing';
    const refusals = {
      'the command line': setting.kind === 'choice' ? 'Allowed choices are' : words,
      'the admin API': `400 ${words}`,
      'the portal': words,
      'a file': setting.kind === 'switch' ? 'has to be true or false' : words,
    };
    for (const [way, change] of waysOf(setting)) {
      // Neither an option without a value nor a box can be wrong.
      if (setting.kind === 'switch' && (way === 'the command line' || way === 'the portal')) continue;
      expect({ way, refusal: await change(id, name, setting, bad) }).toEqual({
        way,
        refusal: expect.stringContaining(refusals[way]),
      });
    }
    expect(await readings(id, name)).toEqual(before);
  });
});

it('a setting of the platform is for administrators alone, and stays as it is for others', async () => {
  const id = await aNewApp();
  const developer = await aRobot(server, ['apps:read', 'apps:write'], team);
  const changed = await developer.call('PATCH', `/apps/${id}`, { first_party: true, description: 'Mine' });
  expect([changed.status, changed.body.detail]).toEqual([403, 'Only an administrator may set firstParty.']);
  const wanted = { name: 'New', type: 'machine', team_id: team, first_party: true };
  expect((await developer.call('POST', '/apps', wanted)).status).toBe(403);
  const page = await visitor.visit(`/apps/${id}/settings`);
  await visitor.submit(page, '/settings', { ...fieldsOn(page.text), firstParty: 'on' });
  expect(await readings(id, 'firstParty')).toMatchObject({ 'the admin API': false });

  const by = { actor: { type: 'operator' as const }, now: new Date() };
  await updateClient(server.database.db, { clientId: id, changes: { firstParty: true } }, by);
  const same = await developer.call('PATCH', `/apps/${id}`, { first_party: true, description: 'Mine' });
  expect([same.status, same.body.first_party]).toEqual([200, true]);
  expect((await developer.call('PATCH', `/apps/${id}`, { first_party: false })).status).toBe(403);
});

it.each(CLIENT_TYPES)('the form of a %s app has the settings that mean something to it', async (type) => {
  const { text } = await visitor.visit(`/apps/${await aNewApp(type)}/settings`);
  const shown = settings.filter(([name]) => text.includes(`name="${name}"`)).map(([name]) => name);
  const OF_PEOPLE: SettingName[] = ['offlineAccess', 'optionalScopes', 'idTokenClaims', 'ownClaims'];
  const TOKENS: SettingName[] = ['idTokenAlg', 'refreshRetrySeconds', 'defaultApiAtSignIn', ...OF_PEOPLE];
  const BROWSER: SettingName[] = ['redirectUris', 'postLogoutRedirectUris', 'requirePar'];
  const wanted = {
    machine: [],
    device: TOKENS,
    native: [...TOKENS, ...BROWSER],
    spa: [...TOKENS, ...BROWSER],
    web: [...TOKENS, ...BROWSER, 'pkce'],
  };
  expect(shown.sort()).toEqual(['description', 'homepage', ...wanted[type]].sort());
});

it('every switch that is on can be switched off at the command line', async () => {
  const id = await aNewApp();
  for (const { name, setting } of walked) {
    if (setting.kind !== 'switch') continue;
    for (const value of [true, false]) {
      expect(await WAYS['the command line'](id, name, setting, value)).toBeUndefined();
      expect(await readings(id, name)).toMatchObject({ 'the admin API': value });
    }
  }
});
