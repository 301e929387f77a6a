import type { ListedSecret } from '../../../clients/secrets/secrets.ts';
import { judgeSecret, type SecretStanding } from '../../../clients/secrets/standing.ts';
import type { Badge, SecretRow } from '../../../views/models/apps.ts';
import { fromNow, inDate, inSpan } from '../../moments.ts';
import { appHref } from '../head.ts';

const BADGES: Readonly<Record<SecretStanding, Badge>> = {
  ended: { text: 'ended', tone: '' },
  waiting: { text: 'being replaced', tone: 'warn' },
  quiet: { text: 'no longer used', tone: 'warn' },
  ending: { text: 'ends soon', tone: 'warn' },
  unused: { text: 'not used yet', tone: '' },
  live: { text: 'live', tone: 'good' },
};

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
    badge: BADGES[standing],
    created: `${inDate(secret.created_at)}${secret.created_by_name ? ` by ${secret.created_by_name}` : ''}`,
    expires: expiryOf(secret.expires_at, now),
    used: secret.last_used_at ? fromNow(secret.last_used_at, now) : 'never',
    advice: adviceOf(standing, secret, all, now),
    over: standing === 'ended',
    rotateHref: `${href}/rotate`,
    revokeHref: `${href}/revoke`,
  };
}

function expiryOf(expiresAt: Date | null, now: Date): string {
  if (!expiresAt) return 'never';
  return expiresAt <= now
    ? inDate(expiresAt)
    : `${inDate(expiresAt)} (in ${inSpan((expiresAt.getTime() - now.getTime()) / 1000)})`;
}

/** What the evidence says and what to do about it. */
function adviceOf(standing: SecretStanding, secret: ListedSecret, all: readonly ListedSecret[], now: Date): string {
  if (standing === 'waiting') {
    const successor = all.find(({ id }) => id === secret.successor_id);
    return successor
      ? `Ends by itself when “${successor.name}” is first used.`
      : 'Was to end with another secret that has been revoked. Rotate it again, or revoke it.';
  }
  if (standing === 'quiet') {
    const since = secret.last_used_at ? `Last used ${fromNow(secret.last_used_at, now)}` : 'Never used';
    return `${since}, while a newer secret is in use: safe to revoke.`;
  }
  if (standing !== 'ending') return '';
  return all.some((other) => outlives(other, secret))
    ? 'A newer secret is there. Give it to every process that still has this one, before this one ends.'
    : 'Rotate it before it ends, and nothing breaks.';
}

const outlives = (other: ListedSecret, { id, created_at, expires_at }: ListedSecret) =>
  other.id !== id &&
  other.created_at >= created_at &&
  (other.expires_at === null || (expires_at !== null && other.expires_at > expires_at));
