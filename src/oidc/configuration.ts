import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { OIDC_SCOPES } from '../apis/api-schema.ts';
import type { BrandLinks } from '../branding/shown.ts';
import type { OwnCookies } from '../http/own-cookies.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { SigningAlgorithms } from '../keys/signing-algs.ts';
import type { GetDocument } from '../outgoing/documents.ts';
import { LANGUAGE_CODES } from '../texts/languages.ts';
import { claims, signedInOf } from '../tokens/issue/claims.ts';
import { DPOP_ALGORITHMS } from '../verifier/options.ts';
import { LEVELS } from '../verifier/token/levels.ts';
import { assertShortLived } from './apps/client-assertions.ts';
import { EXTRA_CLIENT_METADATA } from './apps/client-metadata.ts';
import { judgeProofTimes } from './apps/dpop-times.ts';
import { pkceRequired } from './apps/pkce.ts';
import type { DevicePages } from './device/pages.ts';
import { externalKeys, externalSigningSupport } from './external-keys.ts';
import { fetchPublished } from './outgoing.ts';
import type { Pages } from './pages.ts';
import { LEFT_OUT, settleRequest } from './requests/intake.ts';
import type { Resources } from './resources.ts';
import type { Epochs } from './sign-in/epochs.ts';
import { policyWithRoles } from './sign-in/role-prompt.ts';
import { issueAsOfStart } from './tokens/issue-time.ts';
import { assertFits } from './tokens/token-size.ts';
import { createTtl } from './tokens/ttls.ts';

export interface ConfigurationParts {
  readonly issuer: string;
  readonly adapter: NonNullable<Configuration['adapter']>;
  readonly findAccount: NonNullable<Configuration['findAccount']>;
  readonly loadExistingGrant: NonNullable<Configuration['loadExistingGrant']>;
  readonly resources: Resources;
  readonly epochs: Epochs;
  readonly pages: Pages;
  readonly devicePages: DevicePages;
  readonly keyring: Keyring;
  readonly signing: SigningAlgorithms;
  readonly getDocument: GetDocument;
  readonly cookieKeys: readonly string[];
  readonly cookies: OwnCookies;
  /**
   * What comes before the path of our pages: the issuer where it has a path, for the provider takes the path of a cookie from
   * there; else nothing.
   */
  readonly interactionBase: string;
  /** What the operator wants people to read. */
  readonly links: BrandLinks;
  readonly clock: () => Date;
}

const ASSERTION_ALGS = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const;

/** oidc-provider's configuration. A pure function: nothing is read, opened or started here. */
export function buildConfiguration(parts: ConfigurationParts): Configuration {
  return {
    adapter: parts.adapter,
    findAccount: parts.findAccount,
    loadExistingGrant: parts.loadExistingGrant,
    jwks: externalKeys(parts.keyring),
    extraTokenClaims: ownClaims(parts),
    formats: { customizers: { jwt: inOrder(issueAsOfStart, assertFits) } },
    claims,
    // OpenID Connect Core §5.4 has them at UserInfo and lets them be here too, where most clients look for them.
    conformIdTokenClaims: false,
    ttl: createTtl(parts.clock),
    acrValues: [...LEVELS],
    scopes: [...OIDC_SCOPES],
    // RFC 9700 §2.1.2: no implicit and no hybrid flow.
    responseTypes: ['code'],
    // No client_secret_jwt: it would need the secret itself, and we keep only its hash.
    clientAuthMethods: [...AUTH_METHODS],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: {
      idTokenSigningAlgValues: [...parts.signing.algorithms()],
      clientAuthSigningAlgValues: [...ASSERTION_ALGS],
      dPoPSigningAlgValues: [...DPOP_ALGORITHMS],
    },
    // Ours alone: it goes with the request through its pages, to the line about its end in the app's request log.
    extraParams: { [LEFT_OUT]: settleRequest },
    extraClientMetadata: { properties: EXTRA_CLIENT_METADATA },
    pkce: { required: pkceRequired },
    // RFC 9700 §4.14.2: a refresh token is used once, whoever the client is.
    rotateRefreshToken: true,
    // A grant that went on would give out tokens under a name that is revoked. The session gets another from the consent.
    revokeGrantPolicy: () => true,
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    // What a device got does not end with the browser in which its person said yes.
    expiresWithSession: async (_ctx, code) => code.kind !== 'DeviceCode' && !code.scopes.has('offline_access'),
    clientBasedCORS: mayCallFromBrowser,
    assertJwtClientAuthClaimsAndHeader: assertShortLived(parts.clock),
    fetch: fetchPublished(parts.getDocument),
    // What an app publishes at its jwks_uri is read into memory.
    fetchResponseBodyLimits: { jwks_uri: 64 * 1024 },
    renderError: parts.pages.renderError,
    interactions: {
      policy: policyWithRoles(),
      url: async (_ctx, { uid }) => `${parts.interactionBase}/interaction/${uid}`,
    },
    cookies: cookies(parts),
    // Nothing below /device, where people come back to.
    routes: { device_authorization: '/device_authorization' },
    discovery: {
      ...authenticationAtEndpoints(),
      ...feeds(parts),
      ...policies(parts.links),
      // RFC 8414 §2: the documentation that this server has as pages.
      service_documentation: `${parts.issuer}/docs`,
      // Initiating User Registration via OpenID Connect 1.0 §4
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      ui_locales_supported: [...LANGUAGE_CODES],
    },
    features: features(parts),
  };
}

type Customizer = NonNullable<NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']>;

const inOrder =
  (...steps: Customizer[]): Customizer =>
  async (...token) => {
    for (const step of steps) await step(...token);
  };

/**
 * A token on behalf of a person says which grant it comes from, so that revoking the grant reaches offline verifiers, and
 * names the person's roles for an API that wants them. A token for an API bears the epochs that it was decided on.
 */
function ownClaims({ resources, epochs }: ConfigurationParts): NonNullable<Configuration['extraTokenClaims']> {
  return async (ctx, token) => {
    const audience = token.resourceServer?.identifier();
    const clientId = token.clientId ?? '';
    const of = (subject: string) => (audience === undefined ? {} : { ep: epochs.ep({ clientId, subject, audience }) });
    if (token.kind !== 'AccessToken' || !token.grantId) return of(clientId);
    const roles = resources.rolesClaim(ctx, token);
    const { AuthorizationCode, RefreshToken, DeviceCode } = ctx.oidc.entities;
    const signedIn = signedInOf(AuthorizationCode ?? RefreshToken ?? DeviceCode);
    return { grant_id: token.grantId, ...(roles ? { roles } : {}), ...signedIn, ...of(token.accountId) };
  };
}

/** Only apps that live in the browser call from there, and only from the origins of their redirect URIs. */
function mayCallFromBrowser(ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  if (origin === 'null') return false;
  if (ctx.oidc.route !== 'userinfo' && client.clientAuthMethod !== 'none') return false;
  return (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin);
}

function cookies({ cookieKeys, cookies: own }: ConfigurationParts): NonNullable<Configuration['cookies']> {
  const common = { httpOnly: true, sameSite: 'lax', secure: own.secure } as const;
  return {
    keys: [...cookieKeys],
    names: {
      session: `${own.prefix}latchkey_session`,
      interaction: `${own.narrowPrefix}latchkey_interaction`,
      resume: `${own.narrowPrefix}latchkey_resume`,
    },
    long: { ...common, path: own.path },
    // The cookies of an interaction are held to its own path.
    short: common,
  };
}

/** RFC 8414 §2: left out, it would mean client_secret_basic alone. */
function authenticationAtEndpoints() {
  const methods = { methods: [...AUTH_METHODS], algs: [...ASSERTION_ALGS] };
  return {
    revocation_endpoint_auth_methods_supported: methods.methods,
    revocation_endpoint_auth_signing_alg_values_supported: methods.algs,
    introspection_endpoint_auth_methods_supported: methods.methods,
    introspection_endpoint_auth_signing_alg_values_supported: methods.algs,
  };
}

/** OpenID Connect Discovery §3. Both are addresses of pages, so an address to write to is left out. */
const policies = ({ privacy, terms }: BrandLinks) => ({
  ...(privacy?.startsWith('https:') && { op_policy_uri: privacy }),
  ...(terms?.startsWith('https:') && { op_tos_uri: terms }),
});

/** Where verifiers read what has ended. No specification has a member for that. */
const feeds = ({ issuer }: ConfigurationParts) => ({
  epochs_uri: `${issuer}/epochs`,
  revocations_uri: `${issuer}/revocations`,
});

function features({
  resources,
  pages,
  devicePages,
  clock,
}: ConfigurationParts): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    externalSigningSupport,
    // RFC 6749 §4.4
    clientCredentials: { enabled: true },
    // RFC 7662; what one app holds is nobody else's business
    introspection: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
    // RFC 7009
    revocation: { enabled: true, allowedPolicy: ownTokenOnly },
    // RFC 8707
    resourceIndicators: {
      enabled: true,
      defaultResource: resources.defaultResource,
      useGrantedResource: resources.useGrantedResource,
      getResourceServerInfo: resources.getResourceServerInfo,
    },
    // RFC 9126
    pushedAuthorizationRequests: { enabled: true },
    // RFC 8628. Consonants that nobody takes for digits or each other; the mask makes 20^9 codes.
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: '***-***-***',
      deviceInfo: () => ({}),
      userCodeInputSource: devicePages.renderUserCodeInput,
      userCodeConfirmSource: devicePages.renderUserCodeConfirm,
      successSource: devicePages.renderDeviceConnected,
    },
    // RFC 9449
    dPoP: { enabled: true, requireNonce: judgeProofTimes(clock) },
    // OpenID Connect RP-Initiated Logout 1.0
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: pages.renderSignOut,
      postLogoutSuccessSource: pages.renderSignedOut,
    },
    // OpenID Connect Core §5.5
    claimsParameter: { enabled: true },
    // OpenID Connect Core §5.3
    userinfo: { enabled: true },
  };
}

/** RFC 7009 §2.1: a token that was issued to someone else is refused. */
async function ownTokenOnly(_ctx: KoaContextWithOIDC, client: Client, token: { clientId?: string | undefined }) {
  if (token.clientId !== client.clientId) throw new errors.InvalidRequest('this token was not issued to this app');
  return true;
}
