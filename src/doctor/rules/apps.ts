import { isAllowedHttpHost } from '../../clients/http-hosts.ts';
import { PURPOSES } from '../../clients/purposes.ts';
import { isPlainHttp } from '../../clients/redirect-uris.ts';
import { about, day, daysSince, isLoopback, type Rule } from '../rule.ts';
import type { AppState, Contents } from '../snapshot.ts';

const MANY_URIS = 10;
const UNUSED_DAYS = 90;

const live = ({ apps }: Contents) => apps.filter(({ disabledAt }) => !disabledAt);
const named = ({ id, name }: AppState) => `${id} (${name})`;
const hostOf = (uri: string) => URL.parse(uri)?.hostname ?? '';

export const appRules: readonly Rule[] = [
  {
    id: 'redirect-http',
    severity: 'warning',
    title: 'a web or single-page app comes back over http',
    why: 'Only a browser on the developer’s own machine gets there, and any program on that machine can take the code. It was for trying things out.',
    fix: 'Register the https address, and a separate app for development.',
    check: about((contents) =>
      live(contents)
        .filter(({ type }) => type === 'web' || type === 'spa')
        .flatMap((app) =>
          app.redirectUris
            .filter((uri) => isLoopback(hostOf(uri)) && uri.startsWith('http:'))
            .map((uri) => `${named(app)} comes back to ${uri}.`),
        ),
    ),
  },
  {
    id: 'redirect-http-refused',
    severity: 'error',
    title: 'an app comes back over http to a host that is not allowed',
    why: 'It was registered while HTTP_REDIRECT_HOSTS allowed that, and people who sign in to it now see a page that refuses.',
    fix: 'Register the https address, or allow the host again with HTTP_REDIRECT_HOSTS.',
    check: about((contents, { settings }) =>
      live(contents).flatMap((app) =>
        app.redirectUris
          .filter((uri) => isPlainHttp(uri) && !isAllowedHttpHost(hostOf(uri), settings))
          .map((uri) => `${named(app)} comes back to ${uri}.`),
      ),
    ),
  },
  {
    id: 'redirect-localhost',
    severity: 'note',
    title: 'a native app comes back to localhost instead of 127.0.0.1',
    why: 'The name may lead elsewhere, and a firewall may stop it (RFC 8252 §8.3). For 127.0.0.1 any port is taken as well.',
    fix: 'Register http://127.0.0.1/… and let the app listen there.',
    check: about((contents) =>
      live(contents)
        .filter(({ type }) => type === 'native')
        .flatMap((app) =>
          app.redirectUris
            .filter((uri) => isLoopback(hostOf(uri)) && hostOf(uri).endsWith('localhost'))
            .map((uri) => `${named(app)} comes back to ${uri}.`),
        ),
    ),
  },
  {
    id: 'redirect-many',
    severity: 'note',
    title: 'an app has many redirect URIs',
    why: 'Every one of them is a place where a code may be taken, and among many nobody notices one that is not needed any more.',
    fix: 'Remove those that are not used, or split the app: one for each site.',
    check: about((contents) =>
      live(contents)
        .filter(({ redirectUris }) => redirectUris.length > MANY_URIS)
        .map((app) => `${named(app)} has ${app.redirectUris.length} redirect URIs.`),
    ),
  },
  {
    id: 'pkce-optional',
    severity: 'warning',
    title: 'an app may do without PKCE',
    why: 'With a nonce alone the protection of a code depends on the app’s checking it, and without both a stolen code can be slipped into somebody’s sign-in (RFC 9700 §2.1.1).',
    fix: 'When its library can: npx latchkey app update ID --pkce required.',
    check: about((contents) =>
      live(contents)
        .filter(({ pkce, type }) => pkce !== 'required' && PURPOSES[type].hasRedirectUris)
        .map((app) => `${named(app)} needs ${app.pkce === 'optional' ? 'neither PKCE nor a nonce' : 'no PKCE'}.`),
    ),
  },
  {
    id: 'app-unused',
    severity: 'note',
    title: 'an app was not used for 90 days',
    why: 'Nobody would notice if its credentials were used by someone else.',
    fix: 'Ask its team; npx latchkey app disable ID stops it so that it can be started again.',
    check: about((contents, { now }) =>
      live(contents)
        .filter(({ createdAt, lastUsedAt }) => daysSince(lastUsedAt ?? createdAt, now) > UNUSED_DAYS)
        .map((app) =>
          app.lastUsedAt
            ? `${named(app)} was last used on ${day(app.lastUsedAt)}.`
            : `${named(app)} was not used since ${day(app.createdAt)}, when it was registered.`,
        ),
    ),
  },
  {
    id: 'stopped-leftover',
    severity: 'note',
    title: 'something was stopped long ago and is still there',
    why: 'What nobody needs can be started again by mistake.',
    fix: 'Delete it (npx latchkey app delete, api delete), or start it again.',
    check: about(({ apps, suspended }, { now }) => [
      ...apps.flatMap((app) =>
        app.disabledAt && daysSince(app.disabledAt, now) > UNUSED_DAYS
          ? [`The app ${named(app)} is disabled since ${day(app.disabledAt)}.`]
          : [],
      ),
      ...suspended
        .filter(({ since }) => daysSince(since, now) > UNUSED_DAYS)
        .map(({ what, since }) => `${what} is suspended since ${day(since)}.`),
    ]),
  },
];
