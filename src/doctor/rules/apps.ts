import { isAllowedHttpHost } from '../../clients/http-hosts.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import { isPlainHttp } from '../../clients/redirect-uris.ts';
import { inDate } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { about, daysSince, isLoopback, nameOfApp, type Rule } from '../rule.ts';
import type { Contents } from '../snapshot.ts';

const MANY_URIS = 10;
const UNUSED_DAYS = 90;

const live = ({ apps }: Contents) => apps.filter(({ disabledAt }) => !disabledAt);
const hostOf = (uri: string) => URL.parse(uri)?.hostname ?? '';

export const appRules: readonly Rule[] = [
  {
    id: 'redirect-http',
    severity: 'warning',
    title: 'a web or single-page app comes back over http',
    check: about((contents) =>
      live(contents)
        .filter(({ type }) => type === 'web' || type === 'spa')
        .flatMap((app) =>
          app.redirectUris
            .filter((uri) => isLoopback(hostOf(uri)) && uri.startsWith('http:'))
            .map((uri) => t('findings.comesBack', { app: nameOfApp(app), uri })),
        ),
    ),
  },
  {
    id: 'redirect-http-refused',
    severity: 'error',
    title: 'an app comes back over http to a host that is not allowed',
    check: about((contents, { settings }) =>
      live(contents).flatMap((app) =>
        app.redirectUris
          .filter((uri) => isPlainHttp(uri) && !isAllowedHttpHost(hostOf(uri), settings))
          .map((uri) => t('findings.comesBack', { app: nameOfApp(app), uri })),
      ),
    ),
  },
  {
    id: 'redirect-localhost',
    severity: 'note',
    title: 'a native app comes back to localhost instead of 127.0.0.1',
    check: about((contents) =>
      live(contents)
        .filter(({ type }) => type === 'native')
        .flatMap((app) =>
          app.redirectUris
            .filter((uri) => isLoopback(hostOf(uri)) && hostOf(uri).endsWith('localhost'))
            .map((uri) => t('findings.comesBack', { app: nameOfApp(app), uri })),
        ),
    ),
  },
  {
    id: 'redirect-many',
    severity: 'note',
    title: 'an app has many redirect URIs',
    check: about((contents) =>
      live(contents)
        .filter(({ redirectUris }) => redirectUris.length > MANY_URIS)
        .map((app) => t('findings.manyUris', { app: nameOfApp(app), count: app.redirectUris.length })),
    ),
  },
  {
    id: 'pkce-optional',
    severity: 'warning',
    title: 'an app may do without PKCE',
    check: about((contents) =>
      live(contents)
        .filter(({ pkce, type }) => pkce !== 'required' && PURPOSES[type].hasRedirectUris)
        .map((app) =>
          t(app.pkce === 'optional' ? 'findings.noPkceNorNonce' : 'findings.noPkce', { app: nameOfApp(app) }),
        ),
    ),
  },
  {
    id: 'app-unused',
    severity: 'note',
    title: 'an app was not used for 90 days',
    check: about((contents, { now }) =>
      live(contents)
        .filter(({ createdAt, lastUsedAt }) => daysSince(lastUsedAt ?? createdAt, now) > UNUSED_DAYS)
        .map((app) =>
          app.lastUsedAt
            ? t('findings.appUsed', { app: nameOfApp(app), date: inDate(app.lastUsedAt) })
            : t('findings.appUnused', { app: nameOfApp(app), date: inDate(app.createdAt) }),
        ),
    ),
  },
  {
    id: 'stopped-leftover',
    severity: 'note',
    title: 'something was stopped long ago and is still there',
    check: about(({ apps, suspended }, { now }) => [
      ...apps.flatMap((app) =>
        app.disabledAt && daysSince(app.disabledAt, now) > UNUSED_DAYS
          ? [t('findings.appDisabled', { app: nameOfApp(app), date: inDate(app.disabledAt) })]
          : [],
      ),
      ...suspended
        .filter(({ since }) => daysSince(since, now) > UNUSED_DAYS)
        .map(({ kind, name, since }) =>
          t(kind === 'api' ? 'findings.apiSuspended' : 'findings.teamSuspended', { name, date: inDate(since) }),
        ),
    ]),
  },
];
