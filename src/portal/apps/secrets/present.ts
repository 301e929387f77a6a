import type { ListedSecret } from '../../../clients/secrets/secrets.ts';
import { judgeSecret, type SecretStanding } from '../../../clients/secrets/standing.ts';
import { t } from '../../../texts/texts.ts';
import type { Badge, SecretRow } from '../../../views/models/apps.ts';
import { fromNow, inShortDate } from '../../moments.ts';
import { appHref } from '../head.ts';

const badges = (): Readonly<Record<SecretStanding, Badge>> => ({
  ended: { text: t('apps.secretEnded'), tone: '' },
  waiting: { text: t('apps.beingReplaced'), tone: 'warn' },
  quiet: { text: t('apps.noLongerUsed'), tone: 'warn' },
  ending: { text: t('apps.endsSoon'), tone: 'warn' },
  unused: { text: t('apps.notUsedYet'), tone: '' },
  live: { text: t('apps.live'), tone: 'good' },
});

/** The secrets of an app, those that live first. */
export function presentSecrets(clientId: string, secrets: readonly ListedSecret[], now: Date): SecretRow[] {
  const rows = secrets.map((secret) => presentSecret(clientId, secret, secrets, now));
  return [...rows.filter(({ over }) => !over), ...rows.filter(({ over }) => over)];
}

export function presentSecret(
  clientId: string,
  secret: ListedSecret,
  all: readonly ListedSecret[],
  now: Date,
): SecretRow {
  const standing = judgeSecret(secret, all, now);
  const href = `${appHref(clientId)}/secrets/${secret.id}`;
  return {
    id: secret.id,
    name: secret.name,
    end: secret.last_four ?? undefined,
    badge: badges()[standing],
    created: madeBy(secret),
    expires: expiryOf(secret.expires_at, now),
    used: secret.last_used_at ? fromNow(secret.last_used_at, now) : t('apps.never'),
    advice: adviceOf(standing, secret, all, now),
    over: standing === 'ended',
    rotateHref: `${href}/rotate`,
    revokeHref: `${href}/revoke`,
  };
}

function expiryOf(expiresAt: Date | null, now: Date): string {
  if (!expiresAt) return t('apps.never');
  return expiresAt <= now
    ? inShortDate(expiresAt)
    : t('apps.dateAndSpan', { date: inShortDate(expiresAt), when: fromNow(expiresAt, now) });
}

/** What the evidence says and what to do about it. */
function adviceOf(standing: SecretStanding, secret: ListedSecret, all: readonly ListedSecret[], now: Date): string {
  if (standing === 'waiting') {
    const successor = all.find(({ id }) => id === secret.successor_id);
    return successor ? t('apps.endsByItself', { name: successor.name }) : t('apps.wasToEnd');
  }
  if (standing === 'quiet') {
    return secret.last_used_at
      ? t('apps.quietUsed', { ago: fromNow(secret.last_used_at, now) })
      : t('apps.quietNeverUsed');
  }
  if (standing !== 'ending') return '';
  return all.some((other) => outlives(other, secret)) ? t('apps.newerIsThere') : t('apps.rotateBefore');
}

/** When it was made, and by whom where that is known. */
export const madeBy = ({
  created_at: at,
  created_by_name: name,
}: {
  created_at: Date;
  created_by_name: string | null;
}) => (name ? t('apps.madeBy', { date: inShortDate(at), name }) : inShortDate(at));

const outlives = (other: ListedSecret, { id, created_at, expires_at }: ListedSecret) =>
  other.id !== id &&
  other.created_at >= created_at &&
  (other.expires_at === null || (expires_at !== null && other.expires_at > expires_at));
