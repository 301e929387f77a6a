import { SECRET_POLICY } from '../../clients/secrets/policy.ts';
import { isLive } from '../../clients/secrets/values.ts';
import { inDate } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { about, daysSince, nameOfApp, type Rule } from '../rule.ts';
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

const named = ({ app, secret }: { app: AppState; secret: SecretState }) => ({
  secret: secret.name,
  id: secret.id,
  app: nameOfApp(app),
});

/** Days until it ends; without end, for ever. */
const daysLeft = ({ expiresAt }: SecretState, now: Date) =>
  expiresAt ? -daysSince(expiresAt, now) : Number.POSITIVE_INFINITY;

export const secretRules: readonly Rule[] = [
  {
    id: 'secret-without-end',
    severity: 'warning',
    title: 'a secret never ends',
    check: about((contents, { now }) =>
      live(contents, now)
        .filter(({ secret }) => !secret.expiresAt)
        .map((pair) => t('findings.secretEndless', named(pair))),
    ),
  },
  {
    id: 'secret-overdue',
    severity: 'warning',
    title: `a secret is older than ${SECRET_POLICY.mostDays} days`,
    check: about((contents, { now }) =>
      live(contents, now)
        .filter(({ secret }) => daysSince(secret.createdAt, now) > SECRET_POLICY.mostDays)
        .map((pair) => t('findings.secretFrom', { ...named(pair), date: inDate(pair.secret.createdAt) })),
    ),
  },
  {
    id: 'secret-ends-soon',
    severity: 'warning',
    title: `the last secret of an app ends within ${SECRET_POLICY.soonDays} days`,
    check: about((contents, { now }) => {
      const all = live(contents, now);
      return all
        .filter(({ app, secret }) => {
          const own = all.filter((other) => other.app.id === app.id).map((other) => daysLeft(other.secret, now));
          const left = daysLeft(secret, now);
          return left <= SECRET_POLICY.soonDays && left === Math.max(...own);
        })
        .map((pair) => t('findings.secretEnds', { ...named(pair), date: inDate(pair.secret.expiresAt ?? now) }));
    }),
  },
  {
    id: 'secret-missing',
    severity: 'warning',
    title: 'an app that uses secrets has none that works',
    check: about((contents, { now }) => {
      const having = new Set(live(contents, now).map(({ app }) => app.id));
      return contents.apps
        .filter(({ authMethod, disabledAt }) => authMethod.startsWith('client_secret') && !disabledAt)
        .filter(({ id }) => !having.has(id))
        .map((app) => t('findings.noSecret', { app: nameOfApp(app) }));
    }),
  },
  {
    id: 'secret-unused',
    severity: 'note',
    title: `a secret was not used for ${UNUSED_DAYS} days`,
    check: about((contents, { now }) =>
      live(contents, now)
        .filter(({ secret }) => daysSince(secret.lastUsedAt ?? secret.createdAt, now) > UNUSED_DAYS)
        .map((pair) =>
          pair.secret.lastUsedAt
            ? t('findings.secretUsed', { ...named(pair), date: inDate(pair.secret.lastUsedAt) })
            : t('findings.secretUnused', named(pair)),
        ),
    ),
  },
];
