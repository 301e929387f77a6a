import type { Context } from 'koa';
import { withdrawConsent } from '../../accounts/lifecycle.ts';
import { type ConnectedApp, listConnectedApps, requireConnectedApp } from '../../clients/own/connected-apps.ts';
import { t } from '../../texts/texts.ts';
import { addConfirmation } from '../confirm.ts';
import { fromNow, inDate } from '../moments.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { accountFrame } from './frame.ts';

const PATH = '/account/apps';

/** The apps that a person has let in, and the way to put each of them out. */
export function addConnectedApps(area: Area): void {
  const { router, db, page } = area;

  router.get(PATH, async (ctx) => {
    const { account, by } = visitorOf(ctx);
    const apps = await listConnectedApps(db, account.id, by);
    await page(ctx, 'account/apps', { ...accountFrame(ctx), apps: apps.map((app) => inWords(app, by.now)) });
  });

  addConfirmation(area, `${PATH}/:app/disconnect`, {
    async ask(ctx) {
      const { name, firstParty } = await connected(ctx);
      return {
        crumbs: [
          { href: '/account', label: t('account.title') },
          { href: PATH, label: t('account.apps') },
        ],
        cancel: PATH,
        title: t('account.disconnectAsk', { app: name }),
        consequences: [
          t('account.disconnectEnds', { app: name }),
          t('account.disconnectTokens'),
          firstParty ? t('account.disconnectOwn') : t('account.disconnectAgain'),
        ],
        button: t('account.disconnect'),
      };
    },
    async act(ctx) {
      const { id: clientId, name } = await connected(ctx);
      const { account, by } = visitorOf(ctx);
      await withdrawConsent(db, { accountId: account.id, clientId }, by);
      return { notice: t('account.disconnected', { app: name }), to: PATH };
    },
  });

  function connected(ctx: Context): Promise<ConnectedApp> {
    const { account, by } = visitorOf(ctx);
    return requireConnectedApp(db, account.id, String(ctx.params.app), by);
  }
}

/** What OpenID scopes mean, in the words of the page that asked. */
const OF_THE_PERSON = ['openid', 'profile', 'email', 'groups'] as const;

function inWords(app: ConnectedApp, now: Date) {
  const about = (scopes: readonly string[]) =>
    OF_THE_PERSON.filter((scope) => scopes.includes(scope)).map((scope) => t(`consent.${scope}`));
  const account = { name: t('consent.account'), scopes: about(app.oidcScopes) };
  const { oidcScopes, apis } = app.leftOut;
  return {
    name: app.name,
    logo: app.logo,
    by: app.firstParty ? t('account.ofInstallation') : app.teamName ? t('consent.ofTeam', { team: app.teamName }) : '',
    may: [account, ...app.apis].filter(({ scopes }) => scopes.length > 0),
    away: app.oidcScopes.includes('offline_access'),
    leftOut: [
      ...about(oidcScopes),
      ...apis.flatMap(({ name, scopes }) => scopes.map((scope) => t('account.scopeOfApi', { scope, api: name }))),
      ...(oidcScopes.includes('offline_access') ? [t('account.away')] : []),
    ],
    since: t('account.appSince', { date: inDate(app.since) }),
    used: app.lastUsed ? t('account.appUsed', { when: fromNow(app.lastUsed, now) }) : t('account.appNotUsed'),
    disconnect: `${PATH}/${app.id}/disconnect`,
  };
}
