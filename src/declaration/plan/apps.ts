import { createClient } from '../../clients/clients.ts';
import { deleteClient, disableClient } from '../../clients/lifecycle.ts';
import { placeClient } from '../../clients/place-client.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import { readPresented, settingMembers } from '../../clients/settings/settings.ts';
import { updateClient } from '../../clients/update-client.ts';
import { type Ids, teamId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredApp } from '../schema.ts';
import { type Change, differences, type FieldChange, isOtherTeam, PHASES } from './change.ts';
import { defaultApiOf } from './default-api.ts';
import { planSubscriptions } from './subscriptions.ts';

const theApp = ({ id, name }: DeclaredApp) => `the app ${id} (${name})`;

const FIELDS = ['name', 'team', 'auth_method', 'jwks', 'jwks_uri', 'default_api', ...settingMembers] as const;

export function planApps(current: readonly DeclaredApp[], wanted: readonly DeclaredApp[]): Change[] {
  const before = new Map(current.map((app) => [app.id, app]));
  const kept = new Set(wanted.map(({ id }) => id));
  return [
    ...wanted.flatMap((app, index) => planApp(before.get(app.id), app, ['apps', index])),
    ...current.filter(({ id }) => !kept.has(id)).map(removal),
  ];
}

function planApp(before: DeclaredApp | undefined, wanted: DeclaredApp, path: Path): Change[] {
  return [
    ...(before ? alteration(before, wanted, path) : creation(wanted, path)),
    ...planSubscriptions(before, wanted, path),
    ...defaultApiOf(before, wanted, path),
    ...stop(before, wanted, path),
  ];
}

function creation(wanted: DeclaredApp, path: Path): Change[] {
  const { id, type } = wanted;
  const about = { action: 'create', what: 'app', subject: `${theApp(wanted)}, ${type}`, path } as const;
  const run: Change['run'] = ({ db, by, ids }) => {
    const { jwks, jwks_uri: jwksUri } = wanted;
    const keys = { ...(jwks && { jwks }), ...(jwksUri === undefined ? {} : { jwksUri }) };
    const owner = wanted.team === undefined ? {} : { team: teamId(ids, wanted.team) };
    const input = { ...settingsOf(wanted), ...keys, ...owner, id, type, firstSecret: false };
    return createClient(db, input, by);
  };
  return [{ ...about, ...noteOn(wanted), phase: PHASES.app, run }];
}

const usesSecret = ({ type, auth_method }: DeclaredApp) =>
  !PURPOSES[type].isPublic && auth_method.startsWith('client_secret');

const noteOn = (app: DeclaredApp) =>
  usesSecret(app) ? { note: `it has no secret until you add one: npx latchkey secret add ${app.id}` } : {};

function alteration(before: DeclaredApp, wanted: DeclaredApp, path: Path): Change[] {
  const fields = differences(comparable(before), comparable(wanted), FIELDS).filter(isOtherTeam);
  if (fields.length === 0) return [];
  const run: Change['run'] = async ({ db, by, ids }) => {
    const { id: clientId } = wanted;
    if (touches(fields, ['team'])) await placeClient(db, { clientId, team: ownerOf(wanted, ids) }, by);
    if (!fields.every(({ name }) => PLACED.includes(name))) {
      const keys = touches(fields, ['auth_method', 'jwks', 'jwks_uri'])
        ? { jwks: wanted.jwks ?? null, jwksUri: wanted.jwks_uri ?? null }
        : {};
      await updateClient(db, { clientId, changes: { ...settingsOf(wanted), ...keys } }, by);
    }
  };
  const about = { action: 'change', what: 'app', subject: theApp(wanted), path } as const;
  return [{ ...about, ...noteOnMethod(before, wanted), fields, phase: PHASES.app, run }];
}

/** What other actions are for. */
const PLACED = ['team', 'default_api'];

const touches = (fields: readonly FieldChange[], names: readonly string[]) =>
  fields.some(({ name }) => names.includes(name));

const ownerOf = ({ team }: DeclaredApp, ids: Ids) => (team === undefined ? null : teamId(ids, team));

function noteOnMethod(before: DeclaredApp, wanted: DeclaredApp): { note?: string } {
  if (usesSecret(before) && !usesSecret(wanted)) return { note: 'its secrets end' };
  return usesSecret(wanted) && !usesSecret(before) ? noteOn(wanted) : {};
}

/** A public app does not authenticate, whatever is said. */
function comparable(app: DeclaredApp): DeclaredApp {
  const { isPublic } = PURPOSES[app.type];
  return {
    ...app,
    ...(isPublic ? { auth_method: 'client_secret_basic' as const } : {}),
  };
}

function settingsOf(app: DeclaredApp) {
  return {
    name: app.name,
    ...(PURPOSES[app.type].isPublic ? {} : { authMethod: app.auth_method }),
    ...readPresented(app),
  };
}

/** A file can stop an app, and never starts one: whoever stopped it had a reason. */
function stop(before: DeclaredApp | undefined, wanted: DeclaredApp, path: Path): Change[] {
  const { id: clientId, disabled: reason } = wanted;
  if (reason === undefined || before?.disabled !== undefined) return [];
  const fields = [{ name: 'disabled', from: null, to: reason }];
  const run: Change['run'] = ({ db, by }) => disableClient(db, { clientId, reason }, by);
  return [{ action: 'change', what: 'app', subject: theApp(wanted), fields, path, phase: PHASES.stop, run }];
}

const removal = (app: DeclaredApp): Change => ({
  action: 'remove',
  what: 'app',
  subject: theApp(app),
  note: 'its secrets go, and its tokens are refused',
  phase: PHASES.removeApp,
  run: ({ db, by }) => deleteClient(db, { clientId: app.id }, by),
});
