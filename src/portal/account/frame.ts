import type { Context } from 'koa';
import { type TextKey, t } from '../../texts/texts.ts';

const TABS: readonly { readonly href: string; readonly label: TextKey }[] = [
  { href: '/account', label: 'account.overview' },
  { href: '/account/security', label: 'account.security' },
  { href: '/account/apps', label: 'account.apps' },
  { href: '/account/sessions', label: 'account.sessions' },
  { href: '/account/profile', label: 'account.profile' },
  { href: '/preferences', label: 'shell.languageAndTime' },
];

/** What every page about one's own account has: the way to the others. */
export function accountFrame({ path }: Pick<Context, 'path'>) {
  const isHere = (href: string) => (href === '/account' ? path === href : `${path}/`.startsWith(`${href}/`));
  return { tabs: TABS.map(({ href, label }) => ({ href, label: t(label), current: isHere(href) })) };
}
