import type { Context, Middleware } from 'koa';
import type { RequestState } from '../context.ts';

/** Probes reach the process itself, past the proxy, and need not know the path. */
const PROBES = new Set(['/healthz', '/readyz']);
/** Metadata of an issuer with a path: the well-known part goes between host and path (RFC 8414 §3.1; §5 for OpenID Connect). */
const METADATA = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

/**
 * For a server below a path: takes the path off what is asked for, and puts it before the addresses that it redirects to, so
 * that everything behind this has addresses that begin with a slash, wherever the server is. (In pages, views/render.ts puts
 * it before them.) What is not below the path is not found.
 * @param path `/auth`
 */
export function serveBelow(path: string): Middleware<RequestState> {
  const targets = new Map([...METADATA.map((known) => [known + path, known] as const), [path, '/'] as const]);
  return async (ctx, next) => {
    const { url = '' } = ctx.req;
    const [address = '', query] = splitQuery(url);
    const inner = address.startsWith(`${path}/`) ? address.slice(path.length) : targets.get(address);
    if (inner !== undefined) {
      ctx.url = inner + query;
      // oidc-provider makes its addresses of this, as koa-mount leaves it, and of the address that was asked for.
      ctx.mountPath = path;
    } else if (ctx.state.arrival.origin !== undefined && !PROBES.has(address)) {
      ctx.state.arrival = { fault: 'not_found' };
    }
    await next();
    const location = ctx.response.get('Location');
    if (/^\/(?!\/)/.test(location)) pointTo(ctx, path + location);
  };
}

/** Keeps the status: a redirect, or 201. */
function pointTo(ctx: Context, location: string): void {
  const { status } = ctx;
  if (status < 300) ctx.set('Location', location);
  else ctx.redirect(location);
  ctx.status = status;
}

function splitQuery(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}
