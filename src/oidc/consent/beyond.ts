import type { AskedApi } from '../../apis/asked-apis.ts';
import type { PermissionGroup } from '../../views/models/device.ts';

/** More of them nobody reads. */
const MOST = 3;
/** Characters of one, so that it stays a line or two. */
const LONGEST = 80;

/**
 * What else there is at an API, in the words of its owner, that the app would not get; undefined when that is nothing. What
 * needs a role is not for everybody to read of.
 */
export function beyond(scopes: readonly string[], { descriptions, needsRole }: AskedApi): PermissionGroup['beyond'] {
  const others = [...descriptions].filter(([scope]) => !scopes.includes(scope) && !needsRole.includes(scope));
  if (others.length === 0) return undefined;
  return {
    titles: others.slice(0, MOST).map(([scope, description]) => shortened(description || scope)),
    more: Math.max(0, others.length - MOST),
  };
}

function shortened(text: string): string {
  const signs = [...text.replace(/\s+/g, ' ')];
  return signs.length > LONGEST ? `${signs.slice(0, LONGEST - 1).join('')}…` : signs.join('');
}
