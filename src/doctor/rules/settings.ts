import { isLoopback, type Rule, sentenceIf } from '../rule.ts';
import type { Settings } from '../snapshot.ts';

const isHttp = ({ issuer }: Settings) => issuer.startsWith('http:');
const isHere = ({ issuer }: Settings) => isLoopback(new URL(issuer).hostname);
const isOpen = (host: string | undefined) => host === '0.0.0.0' || host === '::' || host === '[::]';

export const settingRules: readonly Rule[] = [
  {
    id: 'issuer-http',
    severity: 'error',
    title: 'the issuer is not https',
    why: 'Passwords, codes and tokens cross the network in clear, and anybody on the path can read and change them.',
    fix: 'Put a proxy with TLS in front (docs/deploy.md), and set ISSUER to the https address.',
    check: ({ settings }) =>
      sentenceIf(isHttp(settings) && !isHere(settings), `ISSUER is ${settings.issuer}, which is not https.`),
  },
  {
    id: 'cookie-flags',
    severity: 'note',
    title: 'cookies lack the flag Secure and the prefix __Host-',
    why: 'Both follow from an https issuer. Without them a cookie also goes over http, and another host of the domain can set one.',
    fix: 'Set ISSUER to an https address. For trying things out on your own machine this is as it should be.',
    check: ({ settings }) =>
      sentenceIf(isHttp(settings), `The cookies of ${settings.issuer} have neither Secure nor the prefix __Host-.`),
  },
  {
    id: 'shared-origin',
    severity: 'note',
    title: 'the server shares its origin with everything else on its host',
    why: 'ISSUER has a path, and browsers part pages by origin: a script of any other page on the host can act as whoever is signed in here.',
    fix: 'Trust everything that the host serves, or give the server a host of its own (docs/deploy.md).',
    check: ({ settings }) =>
      sentenceIf(new URL(settings.issuer).pathname !== '/', `${settings.issuer} is below a path of its host.`),
  },
  {
    id: 'not-production',
    severity: 'warning',
    title: 'a public server runs in development mode',
    why: 'Only production refuses unsafe settings at the start; development makes up keys and a demo with a known address.',
    fix: 'Set NODE_ENV=production, with MASTER_KEYS and COOKIE_KEYS.',
    check: ({ settings }) =>
      sentenceIf(
        !settings.production && !isHere(settings),
        `${settings.issuer} is not on this machine alone, and NODE_ENV is not production.`,
      ),
  },
  {
    id: 'proxy-missing',
    severity: 'warning',
    title: 'https without a trusted proxy',
    why: 'The server speaks http, so something in front ends TLS. While it is not trusted, every request seems to come from its address: one attacker throttles everyone, and the audit trail has the wrong address.',
    fix: 'Set TRUSTED_PROXIES to the number of proxies in front, mostly 1.',
    check: ({ settings }) =>
      sentenceIf(!isHttp(settings) && settings.trustedProxies === 0, 'ISSUER is https, and TRUSTED_PROXIES is 0.'),
  },
  {
    id: 'proxy-bypass',
    severity: 'warning',
    title: 'the server can be reached past its proxy',
    why: 'A client that reaches it directly chooses its own address with X-Forwarded-For, and evades all limits by address.',
    fix: 'Set HOST to an address that only the proxy reaches, such as localhost, or see that a firewall keeps all others out.',
    check: ({ settings }) =>
      sentenceIf(
        settings.trustedProxies > 0 && isOpen(settings.host),
        `TRUSTED_PROXIES is ${settings.trustedProxies}, and HOST is ${settings.host}: every interface.`,
      ),
  },
  {
    id: 'http-redirects',
    severity: 'warning',
    title: 'web apps may come back over plain http',
    why: 'Anybody on the path to such an app reads the code and the app’s answers. PKCE makes the code useless to them; nothing protects the app’s session.',
    fix: 'Give the apps https, with a certificate of your own authority if need be, and unset HTTP_REDIRECT_HOSTS.',
    check: ({ settings: { httpRedirectHosts: hosts } }) =>
      sentenceIf(hosts.length > 0, `HTTP_REDIRECT_HOSTS allows ${hosts.join(', ')}.`),
  },
  {
    id: 'metrics-open',
    severity: 'warning',
    title: 'metrics are served on every interface',
    why: 'They tell everyone who asks how much is used, and of what.',
    fix: 'Set METRICS_HOST to a private address.',
    check: ({ settings }) =>
      sentenceIf(isOpen(settings.metricsHost), `METRICS_HOST is ${settings.metricsHost}: every interface.`),
  },
  {
    id: 'mail-missing',
    severity: 'warning',
    title: 'no mail server in production',
    why: 'Invitations, requests and decisions stay in the outbox, where only administrators see them.',
    fix: 'Set SMTP_URL, and MAIL_FROM.',
    check: ({ settings }) =>
      sentenceIf(settings.production && !settings.hasMail, 'NODE_ENV is production, and SMTP_URL is not set.'),
  },
  {
    id: 'embedded-in-production',
    severity: 'warning',
    title: 'production on the embedded database',
    why: 'It takes one process, cannot be replaced without a pause, and is backed up only while it is stopped.',
    fix: 'Set DATABASE_URL to a PostgreSQL.',
    check: ({ settings }) =>
      sentenceIf(settings.production && settings.embedded, 'NODE_ENV is production, and DATABASE_URL is embedded.'),
  },
];
