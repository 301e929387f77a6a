import type { ClientType } from '../db/tables/catalogue.ts';

export interface Purpose {
  readonly label: string;
  /** What it is for, in one sentence. */
  readonly sentence: string;
  /** Cannot keep a secret, because whoever runs it can read it (RFC 6749 §2.1). */
  readonly isPublic: boolean;
  /** People sign in to it in a browser and come back to one of its addresses. */
  readonly hasRedirectUris: boolean;
}

/** The kinds of apps, in the order in which people are offered them. */
export const PURPOSES: Readonly<Record<ClientType, Purpose>> = {
  machine: {
    label: 'Machine',
    sentence: 'A program that calls APIs on its own behalf, such as a dashboard’s backend or a nightly job.',
    isPublic: false,
    hasRedirectUris: false,
  },
  web: {
    label: 'Web app',
    sentence: 'A site with a server of its own, where people sign in and the server keeps the tokens.',
    isPublic: false,
    hasRedirectUris: true,
  },
  spa: {
    label: 'Single-page app',
    sentence: 'A site that runs in the browser alone, where people sign in and no secret can be kept.',
    isPublic: true,
    hasRedirectUris: true,
  },
  native: {
    label: 'Native app',
    sentence: 'A program on a phone or a computer, where people sign in through their browser.',
    isPublic: true,
    hasRedirectUris: true,
  },
  device: {
    label: 'Device',
    sentence: 'A program on something without a browser or a keyboard, where people enter a code on their phone.',
    isPublic: true,
    hasRedirectUris: false,
  },
};

export const CLIENT_TYPES = Object.keys(PURPOSES) as [ClientType, ...ClientType[]];
