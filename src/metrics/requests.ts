import type { Context, Middleware } from 'koa';
import type { Registry } from 'prom-client';
import { INTROSPECTION_ENDPOINT, REVOCATION_ENDPOINT, TOKEN_ENDPOINT, USERINFO_ENDPOINT } from '../tokens/endpoints.ts';
import { counter, histogram } from './make.ts';

/** Groups of addresses: few, and known ahead, so that nobody can make more of them by asking for what is not there. */
const ROUTES = new Map<string, string>([
  [TOKEN_ENDPOINT, 'token'],
  [INTROSPECTION_ENDPOINT, 'introspection'],
  [REVOCATION_ENDPOINT, 'revocation'],
  ['/request', 'pushed_request'],
  [USERINFO_ENDPOINT, 'userinfo'],
  ['/jwks', 'jwks'],
  ['/.well-known/jwks.json', 'jwks'],
  ['/revocations', 'revocation_feed'],
  ['/revocations/stream', 'revocation_stream'],
  ['/epochs', 'epoch_feed'],
  ['/epochs/stream', 'epoch_stream'],
  ['/healthz', 'health'],
  ['/readyz', 'health'],
]);
/** By the first part of the path, where ids may follow. */
const AREAS = new Map([
  ['.well-known', 'metadata'],
  ['auth', 'authorization'],
  ['session', 'sign_out'],
  ['interaction', 'interaction'],
  ['assets', 'assets'],
  ['epochs', 'epoch_segment'],
  ['api', 'admin'],
  ...[
    '',
    'sign-in',
    'signed-in',
    'sign-out',
    'apps',
    'app-logos',
    'apis',
    'teams',
    'join',
    'invitations',
    'operator',
  ].map((area) => [area, 'portal'] as const),
]);

export function routeOf(path: string): string {
  return ROUTES.get(path) ?? AREAS.get(path.split('/', 2)[1] ?? '') ?? 'other';
}

const GRANT_TYPES = new Set(['authorization_code', 'refresh_token', 'client_credentials']);
/** Where apps prove who they are. */
const FOR_CLIENTS = new Set(['token', 'introspection', 'revocation', 'pushed_request']);

/** Outside of every other middleware: counts answers as they leave. */
export function countRequests(registry: Registry): Middleware {
  const requests = counter(registry, 'latchkey_http_requests_total');
  const durations = histogram(registry, 'latchkey_http_request_duration_seconds');
  const note = countOutcomes(registry);
  return async (ctx, next) => {
    const started = performance.now();
    let { status } = { status: 500 };
    try {
      await next();
      status = ctx.status;
    } finally {
      const route = routeOf(ctx.path);
      requests.inc({ route, status: `${Math.floor(status / 100)}xx` });
      durations.observe({ route }, (performance.now() - started) / 1000);
      note(ctx, route, status);
    }
  };
}

/** What an answer says beyond its status. */
function countOutcomes(registry: Registry) {
  const unavailable = counter(registry, 'latchkey_unavailable_answers_total');
  const issued = counter(registry, 'latchkey_tokens_issued_total');
  const failures = counter(registry, 'latchkey_authentication_failures_total');
  const reuses = counter(registry, 'latchkey_reuse_detected_total');
  const polls = counter(registry, 'latchkey_revocation_feed_polls_total');
  for (const who of ['client', 'person']) failures.inc({ who }, 0);
  reuses.inc({ grant_type: 'refresh_token' }, 0);

  return (ctx: Context, route: string, status: number) => {
    if (status === 503) unavailable.inc();
    if (route === 'token' && status === 200) issued.inc({ grant_type: grantTypeOf(ctx) });
    if ((status === 401 || status === 429) && FOR_CLIENTS.has(route)) failures.inc({ who: 'client' });
    if (route === 'revocation_feed' && status < 400) polls.inc({ result: status === 304 ? 'unchanged' : 'changed' });
    if (ctx.state.happened === 'sign_in_failed') failures.inc({ who: 'person' });
    if (ctx.state.happened === 'reuse' && status < 500) reuses.inc({ grant_type: grantTypeOf(ctx) });
  };
}

/** The provider's, or what a lane ahead of it says. */
function grantTypeOf(ctx: Context): string {
  const { oidc } = ctx as { oidc?: { params?: { grant_type?: unknown } } };
  const grantType = String(oidc ? oidc.params?.grant_type : ctx.state.grantType);
  return GRANT_TYPES.has(grantType) ? grantType : 'other';
}
