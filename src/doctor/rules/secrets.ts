import { SECRET_POLICY } from '../../clients/secrets/policy.ts';
import { isLive } from '../../clients/secrets/values.ts';
import { about, day, daysSince, type Rule } from '../rule.ts';
import type { AppState, Contents, SecretState } from '../snapshot.ts';

const UNUSED_DAYS = 90;

/** Secrets that work now, of apps that are not stopped, each with its app. */
function live({ apps, secrets }: Contents, now: Date): { app: AppState; secret: SecretState }[] {
  const running = new Map(apps.filter(({ disabledAt }) => !disabledAt).map((app) => [app.id, app]));
  return secrets
    .filter(({ expiresAt }) => isLive(expiresAt, now))
    .flatMap((secret) => {
      const app = running.get(secret.appId);
      return app ? [{ app, secret }] : [];
    });
}

const named = ({ app, secret }: { app: AppState; secret: SecretState }) =>
  `The secret “${secret.name}” (${secret.id}) of ${app.id} (${app.name})`;

/** Days until it ends; without end, for ever. */
const daysLeft = ({ expiresAt }: SecretState, now: Date) =>
  expiresAt ? -daysSince(expiresAt, now) : Number.POSITIVE_INFINITY;

const ROTATE =
  'npx latchkey secret rotate APP SECRET --expires-in-days 90 makes a new one; the old one works for 24 hours more (--keep).';

export const secretRules: readonly Rule[] = [
  {
    id: 'secret-without-end',
    severity: 'warning',
    title: 'a secret never ends',
    why: 'A secret that leaked unnoticed works until someone removes it.',
    fix: ROTATE,
    check: about((contents, { now }) =>
      live(contents, now)
        .filter(({ secret }) => !secret.expiresAt)
        .map((pair) => `${named(pair)} never ends.`),
    ),
  },
  {
    id: 'secret-overdue',
    severity: 'warning',
    title: `a secret is older than ${SECRET_POLICY.mostDays} days`,
    why: 'The longer a secret is in use, the more copies of it there are.',
    fix: ROTATE,
    check: about((contents, { now }) =>
      live(contents, now)
        .filter(({ secret }) => daysSince(secret.createdAt, now) > SECRET_POLICY.mostDays)
        .map((pair) => `${named(pair)} is from ${day(pair.secret.createdAt)}.`),
    ),
  },
  {
    id: 'secret-ends-soon',
    severity: 'warning',
    title: `the last secret of an app ends within ${SECRET_POLICY.soonDays} days`,
    why: 'From then on the app gets no tokens.',
    fix: ROTATE,
    check: about((contents, { now }) => {
      const all = live(contents, now);
      return all
        .filter(({ app, secret }) => {
          const own = all.filter((other) => other.app.id === app.id).map((other) => daysLeft(other.secret, now));
          const left = daysLeft(secret, now);
          return left <= SECRET_POLICY.soonDays && left === Math.max(...own);
        })
        .map((pair) => `${named(pair)} ends on ${day(pair.secret.expiresAt ?? now)}, and there is no later one.`);
    }),
  },
  {
    id: 'secret-missing',
    severity: 'warning',
    title: 'an app that uses secrets has none that works',
    why: 'It gets no tokens.',
    fix: 'Add one (npx latchkey secret add APP), or stop the app if nobody misses it.',
    check: about((contents, { now }) => {
      const having = new Set(live(contents, now).map(({ app }) => app.id));
      return contents.apps
        .filter(({ authMethod, disabledAt }) => authMethod.startsWith('client_secret') && !disabledAt)
        .filter(({ id }) => !having.has(id))
        .map(({ id, name }) => `${id} (${name}) has no live secret.`);
    }),
  },
  {
    id: 'secret-unused',
    severity: 'note',
    title: `a secret was not used for ${UNUSED_DAYS} days`,
    why: 'Nobody needs it, and nobody would notice if someone else used it.',
    fix: 'Remove it: npx latchkey secret remove APP SECRET.',
    check: about((contents, { now }) =>
      live(contents, now)
        .filter(({ secret }) => daysSince(secret.lastUsedAt ?? secret.createdAt, now) > UNUSED_DAYS)
        .map((pair) =>
          pair.secret.lastUsedAt
            ? `${named(pair)} was last used on ${day(pair.secret.lastUsedAt)}.`
            : `${named(pair)} was never used.`,
        ),
    ),
  },
];
