import { t } from '../../texts/texts.ts';
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
    check: ({ settings }) =>
      sentenceIf(isHttp(settings) && !isHere(settings), t('findings.issuerHttp', { issuer: settings.issuer })),
  },
  {
    id: 'cookie-flags',
    severity: 'note',
    title: 'cookies lack the flag Secure and the prefix __Host-',
    check: ({ settings }) => sentenceIf(isHttp(settings), t('findings.cookieFlags', { issuer: settings.issuer })),
  },
  {
    id: 'shared-origin',
    severity: 'note',
    title: 'the server shares its origin with everything else on its host',
    check: ({ settings }) =>
      sentenceIf(new URL(settings.issuer).pathname !== '/', t('findings.sharedOrigin', { issuer: settings.issuer })),
  },
  {
    id: 'not-production',
    severity: 'warning',
    title: 'a public server runs in development mode',
    check: ({ settings }) =>
      sentenceIf(!settings.production && !isHere(settings), t('findings.notProduction', { issuer: settings.issuer })),
  },
  {
    id: 'proxy-missing',
    severity: 'warning',
    title: 'https without a trusted proxy',
    check: ({ settings }) => sentenceIf(!isHttp(settings) && settings.trustedProxies === 0, t('findings.proxyMissing')),
  },
  {
    id: 'proxy-bypass',
    severity: 'warning',
    title: 'the server can be reached past its proxy',
    check: ({ settings }) =>
      sentenceIf(
        settings.trustedProxies > 0 && isOpen(settings.host),
        t('findings.proxyBypass', { proxies: settings.trustedProxies, host: settings.host }),
      ),
  },
  {
    id: 'http-redirects',
    severity: 'warning',
    title: 'web apps may come back over plain http',
    check: ({ settings: { httpRedirectHosts: hosts } }) =>
      sentenceIf(hosts.length > 0, t('findings.httpRedirects', { hosts: hosts.join(', ') })),
  },
  {
    id: 'metrics-open',
    severity: 'warning',
    title: 'metrics are served on every interface',
    check: ({ settings }) =>
      sentenceIf(isOpen(settings.metricsHost), t('findings.metricsOpen', { host: settings.metricsHost ?? '' })),
  },
  {
    id: 'mail-missing',
    severity: 'warning',
    title: 'no mail server in production',
    check: ({ settings }) => sentenceIf(settings.production && !settings.hasMail, t('findings.mailMissing')),
  },
  {
    id: 'embedded-in-production',
    severity: 'warning',
    title: 'production on the embedded database',
    check: ({ settings }) => sentenceIf(settings.production && settings.embedded, t('findings.embedded')),
  },
];
