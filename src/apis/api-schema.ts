import { z } from 'zod';
import { LONGEST_TOKEN_LIFETIME } from '../keys/stages.ts';
import { descriptionOf, nameOf } from '../names/names.ts';
import { t } from '../texts/texts.ts';
import { judgeAddress, problemOfWebAddress } from '../web-addresses.ts';

/** Scopes of OpenID Connect; an API cannot have one of the same name. */
export const RESERVED_SCOPES: readonly string[] = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'groups',
  'offline_access',
];

/** Those of them that this server has. */
export const OIDC_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'groups', 'offline_access'];

/** A scope-token of RFC 6749 §3.3. */
export const ScopeName = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, { error: () => t('refusals.scopeSigns') })
  .refine((name) => !RESERVED_SCOPES.includes(name), { error: () => t('refusals.scopeReserved') });

/** Schemes under which something would run or be read, and that nobody names an API by. */
const NO_NAMES = new Set(['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'about:']);

/** A resource indicator (RFC 8707 §2): an absolute URI without fragment. */
export const ApiIdentifier = z
  .string()
  .max(300, { error: () => t('refusals.identifierLong') })
  .superRefine((value, ctx) => {
    const verdict = judgeAddress(value);
    const isName = verdict.ok && !value.includes('#') && !NO_NAMES.has(verdict.url.protocol);
    const message = verdict.ok
      ? t('refusals.identifierForm')
      : t('refusals.identifierProblem', { problem: verdict.explanation });
    if (!isName) ctx.addIssue({ code: 'custom', message });
  });

/** A page to link to: http or https, so that a link never runs anything. */
const WebAddress = z
  .string()
  .max(500, { error: () => t('refusals.addressLong500') })
  .superRefine((value, ctx) => {
    const problem = problemOfWebAddress(value);
    if (!problem) return;
    ctx.addIssue({ code: 'custom', message: t('refusals.webAddress', { problem }) });
  });

export const ApiScopeInput = z.strictObject({
  name: ScopeName,
  description: descriptionOf(300, () => t('refusals.scopeDescriptionLong')).default(''),
  /** A subscription with it waits for the API's owner. */
  needsApproval: z.boolean().default(false),
  /** People need a role that has it. */
  needsRole: z.boolean().default(false),
});

const Scopes = z
  .array(ApiScopeInput)
  .max(200, { error: () => t('refusals.mostScopes') })
  .refine((scopes) => new Set(scopes.map(({ name }) => name)).size === scopes.length, {
    error: () => t('refusals.sameScopes'),
  });

const LIFETIME = { error: () => t('refusals.tokenLifetime', { most: String(LONGEST_TOKEN_LIFETIME) }) };

/** What can be changed of an API. Its identifier cannot: tokens and resource servers know it by that. */
const changeable = {
  name: nameOf(() => t('refusals.apiName')),
  description: descriptionOf(2000),
  docsUrl: WebAddress.nullable(),
  scopes: Scopes,
  /** seconds */
  tokenLifetime: z.int(LIFETIME).min(30, LIFETIME).max(LONGEST_TOKEN_LIFETIME, LIFETIME),
  signingAlg: z.enum(['ES256', 'RS256', 'EdDSA'], { error: () => t('refusals.chooseAlg') }),
  visibility: z.enum(['everyone', 'selected', 'team'], { error: () => t('refusals.chooseVisibility') }),
  /** Ids or names of teams, for `selected`. */
  visibleTeams: z.array(z.string().trim().min(1).max(100)).max(100, { error: () => t('refusals.mostTeams') }),
  rolesClaim: z.boolean(),
  /** The team that owns it; null is the operator. */
  teamId: z.string().max(100).nullable(),
};

export const NewApi = z.strictObject({
  ...changeable,
  identifier: ApiIdentifier,
  description: changeable.description.default(''),
  docsUrl: changeable.docsUrl.default(null),
  tokenLifetime: changeable.tokenLifetime.default(300),
  signingAlg: changeable.signingAlg.default('ES256'),
  visibility: changeable.visibility.default('everyone'),
  visibleTeams: changeable.visibleTeams.default([]),
  rolesClaim: changeable.rolesClaim.default(false),
  teamId: changeable.teamId.default(null),
});

/** What is left out stays as it is; `scopes` and `visibleTeams` are whole lists. */
export const ApiChanges = z.strictObject(changeable).partial();

export type NewApiInput = z.input<typeof NewApi>;
export type ApiChangesInput = z.input<typeof ApiChanges>;
