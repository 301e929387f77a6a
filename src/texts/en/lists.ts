/** What lists have in common. */
export const lists = {
  neverUsed: 'never',
  usedWithinTheHour: 'within the hour',
} as const;
