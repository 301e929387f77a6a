/** A member in words, and what one looks like. */
export type Said = readonly [description: string, example?: unknown];

export const APP = 'app_8dd49c5841b8e2bcfeac14ed';
export const API = 'api_0d2cb1f3ff0b4c5a8a4a8a5f3f0f7a11';
export const PERSON = 'usr_5c0e6f0b9d4e4b7fb6c1f3f7c2c9d0aa';
export const TEAM = 'team_7f3a1c2e5b8d4f6a9c0e1d2b3a4f5e6d';
export const GROUP = 'grp_2a4c6e8f0b1d3f5a7c9e0b2d4f6a8c1e';

/** By what things are named. */
export const ID_WORDS: Readonly<Record<string, Said>> = {
  'App.id': ['Its client_id.', APP],
  'CreatedApp.id': ['Its client_id.', APP],
  'ListedApp.id': ['Its client_id.', APP],
  'Introspector.id': ['Its client_id.', APP],
  'SubscribingApp.id': ['Its client_id.', APP],
  'Api.id': ['Its id; tokens name its `identifier`.', API],
  'ListedApi.id': ['Its id; tokens name its `identifier`.', API],
  'SubscribedApi.id': ['Its id; tokens name its `identifier`.', API],
  'Secret.id': ['Its id.', 'sec_e01c1e9acead4515ba9e51ed7eaff4f3'],
  'CreatedSecret.id': ['Its id.', 'sec_e01c1e9acead4515ba9e51ed7eaff4f3'],
  'Subscription.id': ['Its id.', 'sub_4b1f0a9c8e7d4c5b9a8f7e6d5c4b3a29'],
  'Role.id': ['Its id.', 'role_9e8d7c6b5a4f4e3d8c7b6a5f4e3d2c1b'],
  'RoleHolder.id': ['Their account.', PERSON],
  'Team.id': ['Its id.', TEAM],
  'Invitation.id': ['Its id.', 'inv_3c5e7a9b1d2f4c6e8a0b2d4f6c8e0a1b'],
  'User.id': ['Their id: the `sub` of tokens.', PERSON],
  'Group.id': ['Its id.', GROUP],
  'Actor.id': ['An account or an app; null for the operator at the command line, and for the server.', PERSON],
  'AuditEvent.id': ['Its number.', 48213],
  'LoggedRequest.id': ['Its number.', 7301],
  'Named.id': ['Its id.', TEAM],
  id: ['Its id.', APP],
  app_id: ['An app, by its client_id.', APP],
  api_id: ['An API, by its id.', API],
  account_id: ['A person, by the id of the account.', PERSON],
  user_id: ['A person, by the id of the account.', PERSON],
  team_id: ['The team that owns it. Without one it belongs to the operator.', TEAM],
  'ApiChanges.team_id': ['Another team to own it.', TEAM],
  group_id: ['A group, by its id.', GROUP],
  role_id: ['A role, by its id.', 'role_9e8d7c6b5a4f4e3d8c7b6a5f4e3d2c1b'],
  secret_id: ['A secret of the app, by its id.', 'sec_e01c1e9acead4515ba9e51ed7eaff4f3'],
  subscription_id: ['A subscription, by its id.', 'sub_4b1f0a9c8e7d4c5b9a8f7e6d5c4b3a29'],
  invitation_id: ['An invitation, by its id.', 'inv_3c5e7a9b1d2f4c6e8a0b2d4f6c8e0a1b'],
};
