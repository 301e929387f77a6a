import type { Database } from '../../db/connections/connection.ts';
import { createFailureLimit, type FailureLimit } from '../../http/limits.ts';

/** How often somebody who need not be signed in may try codes, and have mail with a link sent. */
export interface LinkLimits {
  /** Wrong codes of invitations and links, by network. */
  readonly joinLimit: FailureLimit;
  readonly linkLimits: {
    /** By network, whatever it is for. */
    readonly here: FailureLimit;
    /** To one address. */
    readonly to: FailureLimit;
  };
}

export const createLinkLimits = (database: Database): LinkLimits => ({
  joinLimit: createFailureLimit(database, { name: 'join', points: 20, seconds: 600 }),
  linkLimits: {
    here: createFailureLimit(database, { name: 'link-network', points: 20, seconds: 600 }),
    to: createFailureLimit(database, { name: 'link-address', points: 5, seconds: 3600 }),
  },
});
