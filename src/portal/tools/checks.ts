import type { FoundRevocation } from '../../revocation/find-revocations.ts';
import { dateOfSeconds, fromNow, inMoment } from '../moments.ts';
import type { Evidence } from './evidence.ts';

/** One thing that an API checks, in the order in which the first that fails is the reason. */
export interface Check {
  readonly name: string;
  /** `hidden`: it depends on what the person may not see, or on what comes before it. */
  readonly verdict: 'passed' | 'failed' | 'hidden';
  readonly words: string;
}

type Judge = (evidence: Evidence) => Omit<Check, 'name'> | undefined;

const pass = (words: string) => ({ verdict: 'passed', words }) as const;
const fail = (words: string) => ({ verdict: 'failed', words }) as const;
const hide = (words: string) => ({ verdict: 'hidden', words }) as const;
const judge = (passed: boolean, good: string, bad: string) => (passed ? pass(good) : fail(bad));

/** Seconds by which clocks may differ. */
const SKEW = 60;
const NOT_OURS = 'Not looked at: this server did not sign the token.';
const OTHERS = 'Not shown to you: it is about an app and an API of other teams.';

/** Why a resource server would refuse a token for an API and a scope: every check, in order. */
export function checksOf(evidence: Evidence): Check[] {
  return CHECKS.flatMap(([name, look]) => {
    const found = look(evidence);
    return found ? [{ name, ...found }] : [];
  });
}

const CHECKS: readonly (readonly [string, Judge])[] = [
  ['It is an access token', checkPurpose],
  [
    'Issuer',
    ({ token, issuer }) =>
      judge(
        token.claims.iss === issuer,
        'This server issued it.',
        `It names ${String(token.claims.iss ?? 'no issuer')} as its issuer. An API that trusts ${issuer} refuses it.`,
      ),
  ],
  [
    'Signing key',
    ({ signature: { key }, token }) =>
      judge(
        key !== undefined && key.alg === token.header.alg,
        `It names the key ${key?.kid} of this server.`,
        key
          ? `It says that it is signed with ${String(token.header.alg)}, but its key is for ${key.alg}.`
          : 'It names a key that this server never had. Was it issued by another environment?',
      ),
  ],
  [
    'Signature',
    ({ signature: { good, key } }) =>
      key &&
      judge(good, 'The signature fits the content.', 'The signature does not fit: something was changed or cut off.'),
  ],
  ['Key is still good', checkStage],
  [
    'Audience',
    ({ audiences, api }) =>
      judge(
        api !== undefined && audiences.includes(api),
        `It is for ${api}.`,
        `It is for ${audiences.join(', ') || 'nobody'}, and not for ${api ?? 'any API'}. Ask for a token with resource=${api ?? '…'}.`,
      ),
  ],
  ['Valid already', checkStart],
  ['Not expired', checkExpiry],
  ['Not revoked', checkRevocations],
  [
    'App',
    ({ genuine, parties: { app } }) =>
      !genuine
        ? hide(NOT_OURS)
        : app
          ? judge(!app.stopped, `${app.name} is active.`, `${app.name} or its team has been stopped.`)
          : hide('It was issued to an app of another team.'),
  ],
  [
    'API',
    ({ genuine, parties: { api } }) =>
      !genuine
        ? hide(NOT_OURS)
        : api
          ? judge(!api.suspended, `${api.name} is not suspended.`, `${api.name} or its team is suspended.`)
          : hide('There is no such API in your catalogue.'),
  ],
  ['Subscription', checkSubscription],
  ['Scope in the token', checkTokenScope],
  ['Scope in the subscription', checkSubscribedScope],
];

function checkPurpose({ purpose }: Evidence) {
  if (purpose === 'access_token') return pass('Its type is at+jwt.');
  return fail(
    purpose === 'id_token'
      ? 'It is an ID token: it tells an app who signed in, and no API may take it. Send the access token instead.'
      : 'Its type is not at+jwt.',
  );
}

function checkStage({ signature: { key } }: Evidence) {
  if (!key) return undefined;
  if (key.revokedAt) return fail(`The key was revoked on ${inMoment(key.revokedAt)}.`);
  return judge(
    key.stage !== 'gone',
    key.stage === 'retiring' ? 'The key has a successor, and is still published.' : 'The key is published.',
    'The key is no longer published.',
  );
}

function checkStart({ token: { claims }, now }: Evidence) {
  const issued = dateOfSeconds(claims.iat);
  if (!issued) return fail('It does not say when it was issued.');
  const start = new Date(Math.max(issued.getTime(), dateOfSeconds(claims.nbf)?.getTime() ?? 0));
  return judge(
    start.getTime() <= now.getTime() + SKEW * 1000,
    `It was issued ${fromNow(issued, now)}.`,
    `It is good only from ${inMoment(start)} on, ${fromNow(start, now)}. Check the clocks.`,
  );
}

function checkExpiry({ token: { claims }, now }: Evidence) {
  const end = dateOfSeconds(claims.exp);
  if (!end) return fail('It has no end, and an API refuses that.');
  return judge(
    end > now,
    `It expires ${fromNow(end, now)}.`,
    `It expired ${fromNow(end, now)}, on ${inMoment(end)}. Get a new one before the old one ends.`,
  );
}

const REVOKED_BY: Record<FoundRevocation['kind'], string> = {
  token: 'This one token was revoked by its app',
  grant: 'The sign-in that it comes from was ended',
  client: 'The app was stopped',
  account: 'The person’s tokens were ended',
  subscription: 'The app’s subscription of the API was ended or narrowed',
  roles: 'The person’s roles at the API changed',
  api: 'The API was suspended or changed',
  key: 'The key that signed it was revoked',
  consent: 'The person’s consent to the app was withdrawn',
  'api-roles': 'Roles at the API changed for many people',
  'client-tokens': 'All tokens of the app were ended',
  incarnation: 'It is from before the server’s database was restored',
};

/** The reason why a person was stopped is not for those who look after an app. */
const OF_PERSONS = new Set<FoundRevocation['kind']>(['account', 'roles', 'grant']);

function checkRevocations({ genuine, revocations: [first], parties: { app } }: Evidence) {
  if (!genuine) return hide(NOT_OURS);
  if (!first) return pass('Nothing has revoked it.');
  // Of another team's app the page says that it is stopped, and not why.
  if (!app) return fail('It has been revoked.');
  const when = first.at ? ` on ${inMoment(first.at)}` : '';
  const reason = OF_PERSONS.has(first.kind) || first.reason === undefined ? '' : `: ${first.reason}`;
  return fail(`${REVOKED_BY[first.kind]}${when}${reason}.`);
}

function checkSubscription({ genuine, parties: { subscription } }: Evidence) {
  if (!genuine) return hide(NOT_OURS);
  if (subscription === undefined) return hide(OTHERS);
  if (subscription === 'none') return fail('The app has no subscription of this API.');
  return judge(
    subscription.state === 'active',
    'The app’s subscription is live.',
    `The app’s subscription is ${subscription.state}.`,
  );
}

function checkTokenScope(evidence: Evidence) {
  const { scope, scopes } = evidence;
  if (scope === undefined) return undefined;
  // Advice only where the app can have the scope; the next check says why it cannot.
  const advice = checkSubscribedScope(evidence)?.verdict === 'failed' ? '' : ` Ask for a token with scope=${scope}.`;
  const bad = `It carries ${scopes.join(' ') || 'no scope'}, and not ${scope}.${advice}`;
  return judge(scopes.includes(scope), `It carries ${scope}.`, bad);
}

function checkSubscribedScope({ genuine, scope, parties: { subscription, api } }: Evidence) {
  if (scope === undefined) return undefined;
  if (!genuine) return hide(NOT_OURS);
  if (subscription === undefined || !api) return hide(OTHERS);
  if (!api.scopes.includes(scope)) return fail(`${api.name} has no scope ${scope}.`);
  const allowed = subscription !== 'none' && subscription.scopes.includes(scope);
  return judge(
    allowed,
    `The app may have ${scope}.`,
    `The app may not have ${scope}: ask for it on the app’s page, then get a new token.`,
  );
}
