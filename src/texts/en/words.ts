/** Words that stand on pages of many kinds. */
export const words = {
  actions: 'Actions',
  delete: 'Delete',
  description: 'Description',
  disabled: 'disabled',
  emailAddress: 'Email address',
  invite: 'Invite',
  name: 'Name',
  none: 'none',
  person: 'Person',
  remove: 'Remove',
  rename: 'Rename',
  save: 'Save',
  since: 'Since',
  someone: 'Someone',
  suspended: 'suspended',
  withdraw: 'Withdraw',
} as const;
