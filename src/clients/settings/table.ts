/**
 * The settings of an app: what is one column and can be changed by itself. Each is said here once. The schemas of the actions,
 * the rows, the admin API with its document, the command line, the portal's form and page and the configuration file are made
 * from it. A new one takes its entry, its column (migrations/, db/tables/catalogue.ts), and the place where it acts.
 *
 * Not here, because each has rules of its own: an app's name, which is refused where it passes for somebody else's; its type,
 * which does not change; its team, which decides who may do all this; how it authenticates and its keys, which end each other;
 * and its default API, which is one of those that it may use.
 */
import { z } from 'zod';
import type { ClientType } from '../../db/tables/catalogue.ts';
import { descriptionOf } from '../../names/names.ts';
import { t } from '../../texts/texts.ts';
import { CLAIM_SETS, ClaimNames } from '../claims/names.ts';
import { OwnClaims } from '../claims/own-claims.ts';
import { PURPOSES } from '../purposes.ts';
import { judgeRedirectUri } from '../redirect-uris.ts';
import { PLATFORM_SETTINGS } from './platform.ts';
import { any, choice, forPeople, list, number, text, toggle } from './setting.ts';

const inBrowser = (type: ClientType) => PURPOSES[type].hasRedirectUris;
const keepsSecrets = (type: ClientType) => inBrowser(type) && !PURPOSES[type].isPublic;

/** https, or http on this machine: a link for people. */
const Homepage = z
  .string()
  .max(300, { error: () => t('refusals.addressLong300') })
  .superRefine((value, ctx) => {
    const verdict = judgeRedirectUri(value, 'web');
    if (verdict.ok) return;
    const message = t('refusals.homepage', { problem: verdict.explanation });
    ctx.addIssue({ code: 'custom', message });
  });

/** A scope-token of RFC 6749 §3.3. Without `openid` a sign-in is none. */
const OptionalScope = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, { error: () => t('refusals.scopeSigns') })
  .refine((scope) => scope !== 'openid', { error: () => t('refusals.openidOptional') });

const WHOLE_SECONDS = { error: () => t('refusals.wholeSeconds') };

export const SETTINGS = {
  description: text({
    column: 'description',
    schema: descriptionOf(500),
    whenNew: '',
    acts: false,
    isFor: any,
    meaning: 'In words, for people.',
    example: 'Reads the monthly reports',
    option: '--description <text>',
    help: 'what it is for',
    label: () => t('settings.description'),
    input: { rows: 2, maxlength: 500 },
  }),
  homepage: text({
    column: 'homepage_url',
    schema: Homepage.nullable(),
    whenNew: null,
    acts: false,
    isFor: any,
    meaning: 'Its page on the web.',
    example: 'https://billing.example.com/',
    option: '--homepage <url>',
    help: 'a page about it',
    label: () => t('settings.homepage'),
    input: { type: 'url', maxlength: 300, placeholder: 'https://' },
    fact: () => t('settings.homepage'),
  }),
  redirectUris: list({
    column: 'redirect_uris',
    schema: z.array(z.string()).max(50, { error: () => t('refusals.mostRedirects') }),
    acts: true,
    isFor: inBrowser,
    meaning: 'Where people come back to after signing in. Compared exactly.',
    option: '--redirect-uri <uri>',
    help: 'where people come back to; may be repeated',
    label: () => t('settings.redirectUris'),
    hint: (type) => (type === 'native' ? t('settings.redirectUrisHintNative') : t('settings.redirectUrisHint')),
    input: { rows: 4, required: true },
    fact: () => t('settings.redirectUri'),
  }),
  postLogoutRedirectUris: list({
    column: 'post_logout_redirect_uris',
    schema: z.array(z.string()).max(50, { error: () => t('refusals.mostPostLogout') }),
    acts: true,
    isFor: inBrowser,
    meaning: 'Where people may be sent after signing out.',
    option: '--post-logout-redirect-uri <uri>',
    help: 'where people may go after signing out; may be repeated',
    label: () => t('settings.postLogout'),
    hint: () => t('settings.postLogoutHint'),
    input: { rows: 2 },
    fact: () => t('settings.afterSignOut'),
  }),
  idTokenAlg: choice({
    column: 'id_token_alg',
    // OpenID Connect Registration §2: RS256 is what a library expects that was told nothing else.
    whenNew: 'RS256',
    inVersion1: 'ES256',
    acts: true,
    isFor: forPeople,
    meaning: 'How its ID tokens are signed.',
    option: '--id-token-alg <alg>',
    help: 'what its ID tokens are signed with',
    label: () => t('settings.idTokenAlg'),
    choices: {
      RS256: () => t('settings.rs256'),
      ES256: () => t('settings.es256'),
      EdDSA: () => t('settings.eddsa'),
    },
  }),
  idTokenClaims: list({
    column: 'id_token_claims',
    schema: ClaimNames,
    // Auth.js, express-openid-connect, kubectl and Nextcloud read the ID token and never call UserInfo (decision 30).
    whenNew: [...CLAIM_SETS],
    isSpecial: true,
    acts: true,
    isFor: forPeople,
    meaning:
      'Which claims its ID tokens have beside UserInfo, as far as its scopes ask for them: scopes, or single claims.',
    example: ['profile', 'email'],
    option: '--id-token-claim <name>',
    help: 'a scope or claim that its ID tokens have too; may be repeated, and empty is none',
    label: () => t('settings.idTokenClaims'),
    hint: () => t('settings.idTokenClaimsHint'),
    input: { rows: 3 },
    fact: () => t('settings.inIdTokens'),
  }),
  ownClaims: list({
    column: 'own_claims',
    schema: OwnClaims,
    isSpecial: true,
    acts: true,
    isFor: forPeople,
    meaning: 'Claims of its own in its ID tokens and at UserInfo, a line each: `name = source`.',
    example: ['tenant = "acme"', 'login = preferred_username', 'admin = group "Admins"'],
    option: '--own-claim <line>',
    help: 'a claim of its own, name = source; may be repeated',
    label: () => t('settings.ownClaims'),
    hint: () => t('settings.ownClaimsHint'),
    input: { rows: 3 },
    fact: () => t('settings.ownClaims'),
  }),
  pkce: choice({
    column: 'pkce',
    whenNew: 'required',
    acts: true,
    isFor: keepsSecrets,
    meaning: 'What protects a code: PKCE always, PKCE or a nonce, or PKCE where the app sends it.',
    option: '--pkce <rule>',
    help: 'what must protect a code',
    label: () => t('settings.pkce'),
    choices: {
      required: () => t('settings.pkceRequiredChoice'),
      pkce_or_nonce: () => t('settings.pkceOrNonceChoice'),
      optional: () => t('settings.pkceOptionalChoice'),
    },
    fact: {
      label: () => t('settings.codes'),
      of: {
        required: () => t('settings.pkceRequired'),
        pkce_or_nonce: () => t('settings.pkceOrNonce'),
        optional: () => t('settings.pkceOptional'),
      },
    },
  }),
  refreshRetrySeconds: number({
    column: 'refresh_retry_seconds',
    schema: z.int(WHOLE_SECONDS).min(0, WHOLE_SECONDS).max(60, WHOLE_SECONDS),
    // Two tabs, two workers and a lost answer are everyday life.
    whenNew: 10,
    inVersion1: 0,
    acts: true,
    isFor: forPeople,
    meaning: 'For so long a used refresh token gets the same answer again; 0 turns it off.',
    option: '--refresh-retry-seconds <n>',
    help: 'how long a repeated refresh gets the same answer, 0 to 60',
    label: () => t('settings.refreshRetry'),
    hint: () => t('settings.refreshRetryHint'),
  }),
  offlineAccess: choice({
    column: 'offline_access',
    // OpenID Connect Core §11 lets other conditions than prompt=consent be enough: most libraries do not send it.
    whenNew: 'allowed',
    inVersion1: 'with_prompt',
    acts: true,
    isFor: forPeople,
    meaning: 'When it gets `offline_access`, and refresh tokens by it.',
    option: '--offline-access <rule>',
    help: 'when it keeps its access while people are away',
    label: () => t('settings.offline'),
    choices: {
      allowed: () => t('settings.offlineAllowedChoice'),
      with_prompt: () => t('settings.offlinePromptChoice'),
      never: () => t('settings.offlineNeverChoice'),
    },
    fact: {
      label: () => t('settings.away'),
      of: {
        allowed: () => t('settings.offlineAllowed'),
        with_prompt: () => t('settings.offlinePrompt'),
        never: () => t('settings.offlineNever'),
      },
    },
  }),
  optionalScopes: list({
    column: 'optional_scopes',
    isSpecial: true,
    schema: z.array(OptionalScope).max(100, { error: () => t('refusals.mostOptional') }),
    acts: true,
    isFor: forPeople,
    meaning: 'Scopes, of OpenID Connect and of APIs, that people may leave out when they let it in.',
    example: ['email', 'reports:write'],
    option: '--optional-scope <scope>',
    help: 'a scope that people may leave out; may be repeated',
    label: () => t('settings.optionalScopes'),
    hint: () => t('settings.optionalScopesHint'),
    input: { rows: 2 },
    fact: () => t('settings.mayLeaveOut'),
  }),
  defaultApiAtSignIn: toggle({
    column: 'default_api_at_sign_in',
    acts: true,
    isFor: forPeople,
    meaning: 'Whether a sign-in with scopes of its default API is for that API when it names none.',
    option: '--default-api-at-sign-in',
    help: 'let a sign-in with scopes of the default API be for it',
    helpOff: 'let a sign-in that names no API be for UserInfo',
    label: () => t('settings.defaultApi'),
    hint: () => t('settings.defaultApiHint'),
    fact: { label: () => t('settings.signIns'), whenOn: () => t('settings.defaultApiOn') },
  }),
  requirePar: toggle({
    column: 'require_par',
    acts: true,
    isFor: inBrowser,
    meaning: 'Whether it must push its authorization requests (RFC 9126).',
    option: '--require-par',
    help: 'accept only pushed authorization requests',
    helpOff: 'accept ordinary authorization requests as well',
    label: () => t('settings.par'),
    hint: () => t('settings.parHint'),
    fact: { label: () => t('settings.requests'), whenOn: () => t('settings.parOn') },
  }),
  ...PLATFORM_SETTINGS,
};
