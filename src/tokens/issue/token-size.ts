import { LONGEST_TOKEN } from '../../verifier/token/authentic-token.ts';

/** What is not claims: the header, the longest signature that we make or a signer may (RSA, 4,096 bits), and the dots. */
const REST = 1024;

/** Bytes of JSON. With more, the token is one that `latchkey/verifier` does not take. */
export const MOST_CLAIMS = Math.floor(((LONGEST_TOKEN - REST) * 3) / 4);

/** Bytes. Below it nothing needs to be measured: the other claims have their bounds and fit beside it. */
const CERTAINLY_SMALL = 6000;

/** Whether scope and roles, the two claims that grow, are far from the bound; for the ways around oidc-provider. */
export function isSmall(scope: string, roles: readonly string[] = []): boolean {
  return Buffer.byteLength(scope) + bytesOf(roles) <= CERTAINLY_SMALL;
}

/** Of its JSON. */
export const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');
