/** What the operations are grouped by, in this order. */
export const TAGS = {
  Apps: 'Programs that get tokens from this server.',
  Secrets: 'What apps authenticate with. Each is shown once, when it is made.',
  APIs: 'What tokens are for: resource servers with their scopes.',
  Subscriptions: 'Which app may use which scopes of which API: asked for by one team, decided on by the other.',
  Roles: 'Which scopes of an API a person may use through apps.',
  Teams: 'Who owns apps and APIs: members, and invitations to become one.',
  Users: 'People with an account on this server.',
  Groups: 'People who get roles together.',
  Usage: 'What apps did, counted by hour, and their latest requests.',
  Branding: 'What the installation is called and looks like.',
  'Audit trail': 'What was changed, when, and by whom.',
} as const;

export type TagName = keyof typeof TAGS;
