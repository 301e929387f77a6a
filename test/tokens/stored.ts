import { type ArtifactRow, hashOf, toArtifactRow } from '../../src/tokens/storage/artifacts.ts';
import { isAboutAToken, isOfMachine, type Scenario, type State } from './scenarios.ts';
import { type App, type Payload, randomValue, type Side, type World } from './twins.ts';

/** A scenario as one side meets it. */
export interface Twin {
  readonly scenario: Scenario;
  readonly side: Side;
  readonly app: App;
  readonly owner: App;
  readonly grantId: string;
  /** The code or token. */
  readonly value: string;
  readonly rows: readonly ArtifactRow[];
}

/** The rows of a scenario, as copies of what the server stored when a person agreed. `token` is that of an app itself. */
export function aTwin(world: World, side: Side, scenario: Scenario, token: string | undefined): Twin {
  const grantId = randomValue();
  const value = token ?? randomValue();
  const parties = { app: side.apps[scenario.app], owner: side.apps[scenario.owner] };
  const ids = { grantId, value, uid: randomValue(), clientId: parties.owner.clientId };
  return {
    scenario,
    side,
    ...parties,
    grantId,
    value,
    rows: isOfMachine(scenario) ? [] : rowsOf(world, scenario, ids),
  };
}

const MODELS = {
  ...({ code: 'AuthorizationCode', refresh: 'RefreshToken', device: 'DeviceCode', access: 'AccessToken' } as const),
};
const LIFETIMES = { code: 60, refresh: 14 * 86_400, device: 600, access: 300 };

/** What of a token itself is out of the ordinary. */
const BOUND: Partial<Record<State, Payload>> = {
  'bound to a key': { jkt: 'thumbprint' },
  'bound to a certificate': { 'x5t#S256': 'thumbprint' },
};

type Ids = { grantId: string; value: string; uid: string; clientId: string };

function rowsOf(world: World, scenario: Scenario, { grantId, value, uid, clientId }: Ids) {
  const { state } = scenario;
  const source = (isAboutAToken(scenario.source) ? scenario.subject : scenario.source) as keyof typeof MODELS;
  const now = new Date();
  const seconds = Math.floor(now.getTime() / 1000);
  const accountId = state === 'person disabled' ? world.disabled : world.person;
  const family = world.consents[scenario.consent];
  const everything = world.consents.everything;
  const ofDevice = world.device[scenario.consent === 'session' ? 'openid' : 'everything'];
  const instead = { code: family, refresh: everything, access: world.consents.session, device: everything };
  const from =
    source === 'device'
      ? { ...everything, ...ofDevice }
      : source !== 'code' && !family[source]
        ? instead[source]
        : family;
  const payload: Payload = {
    ...{ code: from.code, device: from.code, refresh: { ...from.refresh, iiat: seconds }, access: from.access }[source],
    ...{ clientId, accountId, grantId, iat: seconds, sessionUid: uid },
    ...(source === 'access' ? { extra: { grant_id: grantId } } : {}),
    ...BOUND[state],
    exp: state === 'expired' ? seconds : seconds + (state === 'nearly expired' ? 1 : LIFETIMES[source]),
  };
  if (state === "of nobody's grant") delete payload.grantId;
  if (source === 'device' && state === 'pending') for (const name of ['accountId', 'grantId']) delete payload[name];
  if (source === 'device' && state === 'denied')
    Object.assign(payload, { error: 'access_denied', accountId: undefined });
  const row = (model: string, id: string, content: Payload, lifetime = LIFETIMES[source]) =>
    toArtifactRow(model, { id, payload: content, lifetime: Math.max(1, lifetime), now });
  const presented = {
    ...row(MODELS[source], value, payload),
    consumed_at: state === 'used' ? now : null,
    sign_in_epoch: state === 'sign-in ended' ? 99 : source === 'refresh' ? null : 0,
    ...(source === 'device' ? { poll_interval: 5 } : {}),
  };
  const grant: Payload = {
    ...from.grant,
    ...{ clientId, iat: seconds },
    accountId: state === "another person's grant" ? world.disabled : accountId,
    exp: state === 'grant expired' ? seconds : seconds + 180 * 86_400,
  };
  const authorizations = { [clientId]: { grantId: state === "another grant's session" ? 'other' : grantId } };
  const { sealed: _state, ...known } = from.session;
  const session = {
    ...known,
    uid,
    accountId,
    authorizations,
    exp: state === 'session expired' ? seconds : seconds + 3600,
  };
  return [
    ...(state === 'unknown' ? [] : [presented]),
    ...(state === 'without grant' ? [] : [row('Grant', grantId, grant, 180 * 86_400)]),
    ...(state === 'without session' || source === 'device'
      ? []
      : [{ ...row('Session', randomValue(), session, 3600), sign_in_epoch: 0 }]),
  ];
}

export const hashesOf = (values: readonly string[]) => values.map(hashOf);
