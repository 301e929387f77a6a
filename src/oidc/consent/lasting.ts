import type { Client } from 'oidc-provider';
import type { AskedApi } from '../../apis/asked-apis.ts';
import { inSpan } from '../../texts/moments.ts';
import { t } from '../../texts/texts.ts';
import { lifetimes } from '../../tokens/issue/lifetimes.ts';

const DAY = 24 * 60 * 60;

/** For how long an app keeps what it gets, and when the person is asked again, in sentences. */
export function lastingInWords(
  client: Client,
  {
    asked,
    offline,
  }: { readonly asked: readonly AskedApi[]; readonly offline: { readonly choice: unknown } | undefined },
): string[] {
  const span = inSpan(Math.max(...asked.map(({ api }) => api.token_lifetime), lifetimes.accessToken));
  const [most, idle] = [lifetimes.refreshAbsolute, lifetimes.refreshIdle].map((seconds) =>
    Math.round(seconds / DAY),
  ) as [number, number];
  const keeps = t(offline?.choice ? 'consent.lastsIfTicked' : 'consent.lastsAway', { most, idle });
  const askedAgain = client.latchkey_ask_each_time === true || client.applicationType === 'native';
  return [
    ...(offline && !offline.choice ? [] : [t('consent.lastsHere', { span })]),
    ...(offline ? [keeps] : []),
    askedAgain ? t('consent.askedEachTime') : t('consent.askedOnce'),
  ];
}
