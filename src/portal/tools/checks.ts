import type { FoundRevocation } from '../../revocation/find-revocations.ts';
import { type TextKey, t } from '../../texts/texts.ts';
import { dateOfSeconds, fromNow, inMoment } from '../moments.ts';
import type { Evidence } from './evidence.ts';

/** One thing that an API checks, in the order in which the first that fails is the reason. */
export interface Check {
  readonly name: string;
  /** `hidden`: it depends on what the person may not see, or on what comes before it. */
  readonly verdict: 'passed' | 'failed' | 'hidden';
  readonly words: string;
}

type NameKey = Extract<TextKey, `tools.check${string}`>;
type Judge = (evidence: Evidence) => Omit<Check, 'name'> | undefined;

const pass = (words: string) => ({ verdict: 'passed', words }) as const;
const fail = (words: string) => ({ verdict: 'failed', words }) as const;
const hide = (words: string) => ({ verdict: 'hidden', words }) as const;
const judge = (passed: boolean, good: string, bad: string) => (passed ? pass(good) : fail(bad));

/** Seconds by which clocks may differ. */
const SKEW = 60;

/** Why a resource server would refuse a token for an API and a scope: every check, in order. */
export function checksOf(evidence: Evidence): Check[] {
  return CHECKS.flatMap(([name, look]) => {
    const found = look(evidence);
    return found ? [{ name: t(name), ...found }] : [];
  });
}

const CHECKS: readonly (readonly [NameKey, Judge])[] = [
  ['tools.checkPurpose', checkPurpose],
  [
    'tools.checkIssuer',
    ({ token, issuer }) =>
      judge(
        token.claims.iss === issuer,
        t('tools.issuerGood'),
        t('tools.issuerBad', { issuer: String(token.claims.iss ?? t('tools.noIssuer')), ours: issuer }),
      ),
  ],
  [
    'tools.checkKey',
    ({ signature: { key }, token }) =>
      judge(
        key !== undefined && key.alg === token.header.alg,
        t('tools.keyGood', { kid: key?.kid ?? '' }),
        key ? t('tools.keyAlg', { alg: String(token.header.alg), keyAlg: key.alg }) : t('tools.keyUnknown'),
      ),
  ],
  [
    'tools.checkSignature',
    ({ signature: { good, key } }) => key && judge(good, t('tools.signatureGood'), t('tools.signatureBad')),
  ],
  ['tools.checkStage', checkStage],
  [
    'tools.checkAudience',
    ({ audiences, api }) =>
      judge(
        api !== undefined && audiences.includes(api),
        t('tools.audienceGood', { api: api ?? '' }),
        t('tools.audienceBad', {
          audiences: audiences.join(', ') || t('tools.nobody'),
          api: api ?? t('tools.anyApi'),
          resource: api ?? '…',
        }),
      ),
  ],
  ['tools.checkStart', checkStart],
  ['tools.checkExpiry', checkExpiry],
  ['tools.checkRevoked', checkRevocations],
  [
    'tools.checkApp',
    ({ genuine, parties: { app } }) =>
      !genuine
        ? hide(t('tools.notOurs'))
        : app
          ? judge(!app.stopped, t('tools.appGood', { name: app.name }), t('tools.appBad', { name: app.name }))
          : hide(t('tools.appHidden')),
  ],
  [
    'tools.checkApi',
    ({ genuine, parties: { api } }) =>
      !genuine
        ? hide(t('tools.notOurs'))
        : api
          ? judge(!api.suspended, t('tools.apiGood', { name: api.name }), t('tools.apiBad', { name: api.name }))
          : hide(t('tools.apiHidden')),
  ],
  ['tools.checkSubscription', checkSubscription],
  ['tools.checkTokenScope', checkTokenScope],
  ['tools.checkSubscribedScope', checkSubscribedScope],
];

function checkPurpose({ purpose }: Evidence) {
  if (purpose === 'access_token') return pass(t('tools.purposeGood'));
  return fail(purpose === 'id_token' ? t('tools.purposeIdToken') : t('tools.purposeOther'));
}

function checkStage({ signature: { key } }: Evidence) {
  if (!key) return undefined;
  if (key.revokedAt) return fail(t('tools.stageRevoked', { when: inMoment(key.revokedAt) }));
  return judge(
    key.stage !== 'gone',
    key.stage === 'retiring' ? t('tools.stageRetiring') : t('tools.stageGood'),
    t('tools.stageGone'),
  );
}

function checkStart({ token: { claims }, now }: Evidence) {
  const issued = dateOfSeconds(claims.iat);
  if (!issued) return fail(t('tools.startNone'));
  const start = new Date(Math.max(issued.getTime(), dateOfSeconds(claims.nbf)?.getTime() ?? 0));
  return judge(
    start.getTime() <= now.getTime() + SKEW * 1000,
    t('tools.startGood', { ago: fromNow(issued, now) }),
    t('tools.startBad', { when: inMoment(start), ahead: fromNow(start, now) }),
  );
}

function checkExpiry({ token: { claims }, now }: Evidence) {
  const end = dateOfSeconds(claims.exp);
  if (!end) return fail(t('tools.expiryNone'));
  return judge(
    end > now,
    t('tools.expiryGood', { ahead: fromNow(end, now) }),
    t('tools.expiryBad', { ago: fromNow(end, now), when: inMoment(end) }),
  );
}

const REVOKED_BY = {
  token: 'tools.byToken',
  grant: 'tools.byGrant',
  client: 'tools.byClient',
  account: 'tools.byAccount',
  subscription: 'tools.bySubscription',
  roles: 'tools.byRoles',
  api: 'tools.byApi',
  key: 'tools.byKey',
  consent: 'tools.byConsent',
  'api-roles': 'tools.byApiRoles',
  'client-tokens': 'tools.byClientTokens',
  incarnation: 'tools.byIncarnation',
} as const satisfies Record<FoundRevocation['kind'], TextKey>;

/** The reason why a person was stopped is not for those who look after an app. */
const OF_PERSONS = new Set<FoundRevocation['kind']>(['account', 'roles', 'grant']);

function checkRevocations({ genuine, revocations: [first], parties: { app } }: Evidence) {
  if (!genuine) return hide(t('tools.notOurs'));
  if (!first) return pass(t('tools.revokedNot'));
  // Of another team's app the page says that it is stopped, and not why.
  if (!app) return fail(t('tools.revoked'));
  const what = t(REVOKED_BY[first.kind]);
  const when = first.at && inMoment(first.at);
  const reason = OF_PERSONS.has(first.kind) ? undefined : first.reason;
  if (reason === undefined) return fail(when ? t('tools.revokedAt', { what, when }) : t('tools.revokedBy', { what }));
  return fail(when ? t('tools.revokedAtFor', { what, when, reason }) : t('tools.revokedFor', { what, reason }));
}

function checkSubscription({ genuine, parties: { subscription } }: Evidence) {
  if (!genuine) return hide(t('tools.notOurs'));
  if (subscription === undefined) return hide(t('tools.ofOthers'));
  if (subscription === 'none') return fail(t('tools.subscriptionNone'));
  return judge(
    subscription.state === 'active',
    t('tools.subscriptionGood'),
    t('tools.subscriptionBad', { state: subscription.state }),
  );
}

function checkTokenScope(evidence: Evidence) {
  const { scope, scopes } = evidence;
  if (scope === undefined) return undefined;
  // Advice only where the app can have the scope; the next check says why it cannot.
  const advice =
    checkSubscribedScope(evidence)?.verdict === 'failed' ? '' : ` ${t('tools.tokenScopeAdvice', { scope })}`;
  const bad = t('tools.tokenScopeBad', { scopes: scopes.join(' ') || t('tools.noScope'), scope }) + advice;
  return judge(scopes.includes(scope), t('tools.tokenScopeGood', { scope }), bad);
}

function checkSubscribedScope({ genuine, scope, parties: { subscription, api } }: Evidence) {
  if (scope === undefined) return undefined;
  if (!genuine) return hide(t('tools.notOurs'));
  if (subscription === undefined || !api) return hide(t('tools.ofOthers'));
  if (!api.scopes.includes(scope)) return fail(t('tools.scopeUnknown', { api: api.name, scope }));
  const allowed = subscription !== 'none' && subscription.scopes.includes(scope);
  return judge(allowed, t('tools.scopeGood', { scope }), t('tools.scopeBad', { scope }));
}
