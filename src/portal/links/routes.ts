import { addAddresses } from './addresses.ts';
import type { LinkParts } from './parts.ts';
import { addReset } from './reset.ts';
import { addSignUp } from './sign-up.ts';

/** Where one-time links are asked for and lead. Whoever comes here need not be signed in, and nothing here signs anyone in. */
export function addLinks(parts: LinkParts): void {
  addReset(parts);
  addAddresses(parts);
  addSignUp(parts);
}
