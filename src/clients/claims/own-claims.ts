import { z } from 'zod';
import { t } from '../../texts/texts.ts';
import { CLAIM_SETS, CLAIMS_OF_SCOPES } from './names.ts';

type Scope = (typeof CLAIM_SETS)[number];

/** Where the value of a claim of an app's own comes from. What is of a person needs the scope that gives it. */
export type Source =
  | { readonly kind: 'constant'; readonly value: string | boolean }
  | { readonly kind: 'claim'; readonly claim: string; readonly scope: Scope }
  | { readonly kind: 'group'; readonly group: string; readonly scope: 'groups' };

export interface OwnClaim {
  readonly name: string;
  readonly source: Source;
}

/** Claims that standards and this server give a meaning: nobody else says what they are. */
const TAKEN: ReadonlySet<string> = new Set([
  ...Object.values(CLAIMS_OF_SCOPES).flat(),
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'nonce', 'azp', 'acr', 'amr', 'auth_time', 'sid', 'events'],
  ...['at_hash', 'c_hash', 's_hash', 'cnf', 'act', 'may_act', 'typ', 'scope', 'client_id', 'roles', 'entitlements'],
  ...['middle_name', 'profile', 'website', 'gender', 'birthdate', 'address', 'phone_number', 'phone_number_verified'],
  ...['ep', 'grant_id', 'active', 'token_type', 'username', 'authorization_details', '__proto__', 'constructor'],
  ...['_claim_names', '_claim_sources', 'sub_jwk', 'org_id', 'vot', 'vtm', 'trust_framework'],
]);

/** `name = source`. A name is what JSON and other software take as it is, also one with an address in it. */
const LINE = /^([A-Za-z_][\w.:/-]{0,99})\s*=\s*(.+)$/s;
const GROUP = /^group\s+(".*")$/s;

/** @returns undefined for what is none */
export function parseOwnClaim(line: string): OwnClaim | undefined {
  const [, name = '', written = ''] = LINE.exec(line.trim()) ?? [];
  const source = parseSource(written.trim());
  return name === '' || TAKEN.has(name) || !source ? undefined : { name, source };
}

function parseSource(written: string): Source | undefined {
  if (written === 'true' || written === 'false') return { kind: 'constant', value: written === 'true' };
  const group = textIn(GROUP.exec(written)?.[1]);
  if (group !== undefined) return { kind: 'group', group, scope: 'groups' };
  const value = textIn(written);
  if (value !== undefined) return { kind: 'constant', value };
  const scope = CLAIM_SETS.find((one) => CLAIMS_OF_SCOPES[one].includes(written));
  return scope && { kind: 'claim', claim: written, scope };
}

/** A text in JSON, of at most 200 characters. */
function textIn(written: string | undefined): string | undefined {
  if (!written?.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'string' && value.length <= 200 ? value : undefined;
  } catch {
    return undefined;
  }
}

const MOST = { claims: 20, characters: 2000 };

const nameIn = (line: string) => line.split('=')[0]?.trim();

export const OwnClaims = z
  .array(
    z.string().refine((line) => parseOwnClaim(line) !== undefined, {
      error: ({ input }) => {
        const line = String(input).slice(0, 300);
        return TAKEN.has(nameIn(line) ?? '') ? t('refusals.claimTaken', { line }) : t('refusals.ownClaim', { line });
      },
    }),
  )
  .max(MOST.claims, { error: () => t('refusals.mostOwnClaims', MOST) })
  .refine((lines) => lines.join('').length <= MOST.characters, { error: () => t('refusals.mostOwnClaims', MOST) })
  .refine((lines) => new Set(lines.map(nameIn)).size === lines.length, { error: () => t('refusals.ownClaimTwice') });
