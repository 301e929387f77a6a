import { type TextKey, t } from '../../texts/texts.ts';
import type { InspectionView } from '../../views/models/tools.ts';
import { dateOfSeconds, fromNow, inMoment } from '../moments.ts';
import { describeToken } from '../token-words.ts';
import { type Check, checksOf } from './checks.ts';
import type { Evidence } from './evidence.ts';
import type { Purpose } from './shape.ts';

const WHAT = {
  access_token: { title: 'tools.isAccess', text: 'tools.isAccessText' },
  id_token: { title: 'tools.isIdToken', text: 'tools.isIdTokenText' },
  other: { title: 'tools.isOther', text: 'tools.isOtherText' },
} as const satisfies Record<Purpose, { title: TextKey; text: TextKey }>;

const LABELS = {
  passed: ['tools.labelPassed', 'good'],
  failed: ['tools.labelFailed', 'bad'],
  hidden: ['tools.labelHidden', ''],
} as const;

/** A JWT with what an API would say to it. */
export function presentJwt(evidence: Evidence, accountId: string): InspectionView {
  const checks = checksOf(evidence);
  const { header = [], claims = [] } = describeToken(evidence.token.text, evidence.now) ?? {};
  return {
    title: t(WHAT[evidence.purpose].title),
    text: t(WHAT[evidence.purpose].text),
    ...trustOf(evidence),
    facts: factsOf(evidence, accountId),
    verdict: verdictOf(checks, evidence),
    checks: checks.map(({ name, words, verdict }) => {
      const [label, tone] = LABELS[verdict];
      return { name, words, label: t(label), tone };
    }),
    header,
    claims,
  };
}

function trustOf({ genuine, signature }: Evidence): Pick<InspectionView, 'tone' | 'label'> {
  if (genuine) return { tone: 'good', label: t('tools.labelOurs') };
  return signature.key
    ? { tone: 'bad', label: t('tools.labelFake') }
    : { tone: 'warn', label: t('tools.labelForeign') };
}

function verdictOf(checks: readonly Check[], { api, scope, token }: Evidence): NonNullable<InspectionView['verdict']> {
  const who = api ?? t('tools.anApi');
  const subject = scope ? t('tools.withScope', { api: who, scope }) : who;
  const failed = checks.find(({ verdict }) => verdict === 'failed');
  if (failed) {
    const reason = t('tools.refusedFor', { check: failed.name, words: failed.words });
    return { tone: 'bad', text: t('tools.wouldRefuse', { subject }), reason };
  }
  const bound = isBound(token.claims.cnf) ? ` ${t('tools.bound')}` : '';
  if (checks.some(({ verdict }) => verdict === 'hidden')) {
    const reason = `${t('tools.asFarAsSeen')}${bound}`;
    return { tone: 'warn', text: t('tools.mayTake', { subject }), reason };
  }
  const reason = `${t('tools.nothingAgainst')}${bound}`;
  return { tone: 'good', text: t('tools.wouldTake', { subject }), reason };
}

const isBound = (cnf: unknown) => typeof cnf === 'object' && cnf !== null;

function factsOf(evidence: Evidence, accountId: string): InspectionView['facts'] {
  const { token, audiences, scopes, signature, now, issuer } = evidence;
  const { iss, iat, exp } = token.claims;
  const when = (value: unknown) => {
    const date = dateOfSeconds(value);
    return date ? `${fromNow(date, now)}, ${inMoment(date)}` : t('tools.doesNotSay');
  };
  return [
    {
      label: t('tools.issuer'),
      value: iss === issuer ? t('tools.thisServer', { issuer }) : String(iss ?? '–'),
      code: false,
    },
    {
      label: evidence.purpose === 'id_token' ? t('tools.forApp') : t('tools.forWhom'),
      value: audiences.join(', ') || t('tools.nobody'),
      code: true,
    },
    { label: t('tools.app'), value: appOf(evidence), code: false },
    { label: t('tools.onBehalf'), value: personOf(evidence, accountId), code: false },
    { label: t('tools.scopes'), value: scopes.join(' ') || '–', code: true },
    { label: t('tools.issued'), value: when(iat), code: false },
    {
      label: (dateOfSeconds(exp) ?? now) < now ? t('tools.expired') : t('tools.expires'),
      value: when(exp),
      code: false,
    },
    { label: t('tools.signedBy'), value: signerOf(signature), code: false },
  ];
}

function appOf({ genuine, purpose, parties, token: { claims } }: Evidence): string {
  if (parties.app) return parties.app.name;
  if (purpose !== 'access_token' || claims.client_id === undefined) return t('tools.doesNotSay');
  return genuine ? t('tools.otherTeam') : t('tools.notLookedUp');
}

function personOf({ token: { claims } }: Evidence, accountId: string): string {
  if (claims.sub === undefined) return t('tools.doesNotSay');
  if (claims.sub === accountId) return t('tools.you');
  return claims.sub === claims.client_id ? t('tools.appItself') : t('tools.aPerson');
}

function signerOf({ key, good }: Evidence['signature']): string {
  if (!key) return t('tools.foreignKey');
  const { kid, alg } = key;
  const stage = key.revokedAt ? 'revoked' : key.stage;
  return good ? t('tools.keyAt', { kid, alg, stage }) : t('tools.wrongKey', { kid });
}
