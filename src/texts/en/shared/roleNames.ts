/** What the roles in a team are called. */
export const roleNames = {
  owner: 'owner',
  developer: 'developer',
  viewer: 'viewer',
} as const;
