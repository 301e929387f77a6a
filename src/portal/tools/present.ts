import type { InspectionView } from '../../views/models/tools.ts';
import { dateOfSeconds, fromNow, inMoment } from '../moments.ts';
import { describeToken } from '../token-words.ts';
import { type Check, checksOf } from './checks.ts';
import type { Evidence } from './evidence.ts';
import type { Purpose } from './shape.ts';

const WHAT: Record<Purpose, { title: string; text: string }> = {
  access_token: {
    title: 'An access token for an API',
    text: 'An app sends it to the API, which checks it by itself.',
  },
  id_token: {
    title: 'An ID token',
    text: 'It tells an app who signed in. It is for the app alone: an API must not take it.',
  },
  other: { title: 'A signed JWT', text: 'It is neither an access token of this kind of server nor an ID token.' },
};

const LABELS = {
  passed: ['passed', 'good'],
  failed: ['failed', 'bad'],
  hidden: ['not shown', ''],
} as const;

/** A JWT with what an API would say to it. */
export function presentJwt(evidence: Evidence, accountId: string): InspectionView {
  const checks = checksOf(evidence);
  const { header = [], claims = [] } = describeToken(evidence.token.text, evidence.now) ?? {};
  return {
    ...WHAT[evidence.purpose],
    ...trustOf(evidence),
    facts: factsOf(evidence, accountId),
    verdict: verdictOf(checks, evidence),
    checks: checks.map(({ name, words, verdict }) => {
      const [label, tone] = LABELS[verdict];
      return { name, words, label, tone };
    }),
    header,
    claims,
  };
}

function trustOf({ genuine, signature }: Evidence): Pick<InspectionView, 'tone' | 'label'> {
  if (genuine) return { tone: 'good', label: 'issued by this server' };
  return signature.key ? { tone: 'bad', label: 'not authentic' } : { tone: 'warn', label: 'not from this server' };
}

function verdictOf(checks: readonly Check[], { api, scope, token }: Evidence): NonNullable<InspectionView['verdict']> {
  const subject = `${api ?? 'An API'}${scope ? ` with the scope ${scope}` : ''}`;
  const failed = checks.find(({ verdict }) => verdict === 'failed');
  if (failed) return { tone: 'bad', text: `${subject} would refuse it.`, reason: `${failed.name}: ${failed.words}` };
  const bound = isBound(token.claims.cnf) ? ' It is bound to a key: it must come with a proof of that key (DPoP).' : '';
  if (checks.some(({ verdict }) => verdict === 'hidden')) {
    const reason = `As far as you may see, nothing speaks against it.${bound}`;
    return { tone: 'warn', text: `${subject} may take it.`, reason };
  }
  const reason = `Nothing speaks against it. If it is refused all the same, look at what the API answers, its clock, and the address that it takes for its own.${bound}`;
  return { tone: 'good', text: `${subject} would take it.`, reason };
}

const isBound = (cnf: unknown) => typeof cnf === 'object' && cnf !== null;

function factsOf(evidence: Evidence, accountId: string): InspectionView['facts'] {
  const { token, audiences, scopes, signature, now, issuer } = evidence;
  const { iss, iat, exp } = token.claims;
  const when = (value: unknown) => {
    const date = dateOfSeconds(value);
    return date ? `${fromNow(date, now)}, ${inMoment(date)}` : 'it does not say';
  };
  return [
    { label: 'Issuer', value: iss === issuer ? `${issuer}, this server` : String(iss ?? 'none'), code: false },
    {
      label: evidence.purpose === 'id_token' ? 'For the app' : 'For',
      value: audiences.join(', ') || 'nobody',
      code: true,
    },
    { label: 'App', value: appOf(evidence), code: false },
    { label: 'On behalf of', value: personOf(evidence, accountId), code: false },
    { label: 'Scopes', value: scopes.join(' ') || 'none', code: true },
    { label: 'Issued', value: when(iat), code: false },
    { label: (dateOfSeconds(exp) ?? now) < now ? 'Expired' : 'Expires', value: when(exp), code: false },
    { label: 'Signed by', value: signerOf(signature), code: false },
  ];
}

function appOf({ genuine, purpose, parties, token: { claims } }: Evidence): string {
  if (parties.app) return parties.app.name;
  if (purpose !== 'access_token' || claims.client_id === undefined) return 'it does not say';
  return genuine ? 'an app of another team' : 'not looked up, because this server did not sign it';
}

function personOf({ token: { claims } }: Evidence, accountId: string): string {
  if (claims.sub === undefined) return 'it does not say';
  if (claims.sub === accountId) return 'you';
  return claims.sub === claims.client_id ? 'nobody: the app itself' : 'a person';
}

function signerOf({ key, good }: Evidence['signature']): string {
  if (!key) return 'a key that is not of this server';
  const STAGES = { pending: 'not in use yet', active: 'in use', retiring: 'retiring', gone: 'gone' };
  const stage = key.revokedAt ? 'revoked' : STAGES[key.stage];
  return good
    ? `the key ${key.kid} (${key.alg}, ${stage})`
    : `nobody: it names the key ${key.kid}, and does not fit it`;
}
