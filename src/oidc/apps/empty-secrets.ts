import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { readAhead, replaceBody } from '../../http/input/read-ahead.ts';
import { REVOCATION_ENDPOINT, TOKEN_ENDPOINT } from '../../tokens/endpoints.ts';
import type { ProviderMiddleware } from '../middleware.ts';

/** Where a public app names itself. Nobody introspects without proving who it is (RFC 7662 §2.1). */
const ENDPOINTS = new Set<string>([TOKEN_ENDPOINT, '/request', '/device_authorization', REVOCATION_ENDPOINT]);

/** Another way to prove who it is: the provider refuses two. */
const OTHER_PROOFS = ['client_secret', 'client_assertion'];

/**
 * RFC 6749 §2.3.1 lets the secret be empty, and widely used libraries name a public app like that: by Basic, with its id and
 * nothing after the colon. oidc-provider refuses it, so here it becomes a request with `client_id` in the form. An app that
 * has to prove who it is goes on untouched, and is refused.
 */
export function nameByBasic({ Client: model }: Pick<Provider, 'Client'>): ProviderMiddleware {
  return async (ctx, next) => {
    const clientId = ENDPOINTS.has(ctx.path) ? idWithoutSecret(ctx.headers.authorization) : undefined;
    if (clientId !== undefined) {
      const client = await model.find(clientId);
      if (client?.clientAuthMethod === 'none') await nameInForm(ctx, clientId);
    }
    await next();
  };
}

/** Of `Basic base64(id:)`, with the id form-encoded as RFC 6749 §2.3.1 says. */
function idWithoutSecret(authorization: string | undefined): string | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  const id = encoded && /^([^:]+):$/.exec(Buffer.from(encoded, 'base64').toString('latin1'))?.[1];
  if (!id) return undefined;
  try {
    return decodeURIComponent(id.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** A form that names another app, or that proves something itself, is left to the provider, which says what is wrong. */
async function nameInForm(ctx: Context, clientId: string): Promise<void> {
  if (!ctx.is('application/x-www-form-urlencoded')) return;
  const body = await readAhead(ctx);
  const form = new URLSearchParams(ctx.state.formBody as string);
  const [named, ...more] = form.getAll('client_id');
  const isNamed = named === clientId;
  if (more.length > 0 || (named !== undefined && !isNamed) || OTHER_PROOFS.some((name) => form.get(name))) return;
  // Without a form there is no request either.
  if (body.length === 0) return;
  delete ctx.req.headers.authorization;
  if (!isNamed) replaceBody(ctx, Buffer.concat([body, Buffer.from(`&client_id=${encodeURIComponent(clientId)}`)]));
}
