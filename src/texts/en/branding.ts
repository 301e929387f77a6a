/** What the operator says of the installation, and the page on which they say it. */
export const branding = {
  links: 'About this site',
  privacy: 'Privacy',
  terms: 'Terms',
  support: 'Support',
} as const;
