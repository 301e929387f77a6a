import type { ViewModels, ViewName } from '../views/models.ts';
import type { Shell } from '../views/shell.ts';

/** Views that stand in the portal's frame. */
export type PortalView = {
  [Name in ViewName]: ViewModels[Name] extends { shell: Shell } ? Name : never;
}[ViewName];

/** Where the documentation speaks of what a page is for: a page of it, and the heading there. */
const HELP: Readonly<Record<PortalView, string>> = {
  home: 'portal#home',
  'home/first': 'portal#apps',
  'apps/list': 'portal#apps',
  'apps/new': 'portal#apps',
  'apps/show': 'portal#apps',
  'apps/credentials': 'portal#secrets',
  'apps/credential': 'portal#secrets',
  'apps/new-secret': 'portal#secrets',
  'apps/revoke-secret': 'portal#secrets',
  'apps/authentication': 'portal#keys-instead-of-secrets',
  'apps/settings': 'portal#settings-and-logo',
  'apps/end': 'portal#stopping-and-deleting',
  'apis/list': 'portal#apis',
  'apis/new': 'portal#publishing-one',
  'apis/edit': 'portal#publishing-one',
  'apis/show': 'portal#apis',
  'apis/protect': 'portal#protecting-it',
  'apis/subscribers': 'portal#deciding',
  'apis/app': 'portal#asking-for-an-api',
  'apis/narrow': 'portal#taking-access-away',
  'approvals/list': 'portal#deciding',
  'roles/list': 'portal#roles-of-an-api',
  'roles/role': 'portal#roles-of-an-api',
  'teams/list': 'portal#teams',
  'teams/new': 'portal#teams',
  'teams/team': 'portal#teams',
  'teams/rename': 'portal#teams',
  'search/results': 'portal#search',
  'tools/inspector': 'portal#the-token-inspector',
  'usage/app': 'portal#requests',
  'usage/api': 'portal#requests',
  'operator/people': 'portal#for-administrators',
  'operator/person': 'portal#for-administrators',
  'operator/groups': 'portal#for-administrators',
  'operator/group': 'portal#for-administrators',
  'operator/teams': 'portal#for-administrators',
  'operator/audit': 'portal#for-administrators',
  'operator/outbox': 'operations#mail',
  'operator/mail': 'operations#mail',
  'operator/health': 'cli#the-doctor',
  'operator/branding': 'branding#colors-that-can-be-read',
  'portal/confirm': 'portal#taking-access-away',
  'portal/preferences': 'languages#which-language',
  'account/overview': 'account#who-you-are',
  'account/apps': 'account#connected-apps',
  'account/sessions': 'account#sessions',
  'account/security': 'account#password',
  'account/password': 'account#password',
  'account/totp': 'account#second-factor',
  'account/passkey': 'account#second-factor',
  'account/recovery-codes': 'account#second-factor',
  'operator/sign-up': 'account#new-accounts',
  'operator/sessions': 'portal#for-administrators',
  'account/address': 'account#your-address',
  'account/profile': 'account#who-you-are',
  'development/components': 'contributing#a-page-of-the-portal',
};

export const helpOf = (view: PortalView) => `/docs/${HELP[view]}`;
