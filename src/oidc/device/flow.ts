/**
 * What the device flow of oidc-provider 9.13.3 lacks. It depends on internals like provider.ts, for the same reasons.
 */
import { type DeviceCode, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { DevicePages } from './pages.ts';
import { POLL_INTERVAL } from './polls.ts';
import type { GuessLimit } from './user-code-guesses.ts';

export interface DeviceFlowOverrides {
  readonly guesses: GuessLimit;
  readonly pages: DevicePages;
}

export function completeDeviceFlow(provider: Provider, { guesses, pages }: DeviceFlowOverrides): void {
  // RFC 8628 §3.2. Told of before the answer is sent.
  provider.on('device_authorization.success', (_ctx, body) => {
    body.interval = POLL_INTERVAL;
  });
  watchLookUps(provider, { guesses, pages });
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    if (ctx.method === 'GET' && ctx.status === 200 && ctx.oidc?.route === 'code_verification') replaceForm(ctx, pages);
  });
}

/**
 * The provider looks a user code up here only: when somebody typed it, and when they confirm it. What they confirm must
 * be what the page showed.
 */
function watchLookUps(provider: Provider, { guesses, pages }: DeviceFlowOverrides): void {
  const { DeviceCode } = provider;
  const find: typeof DeviceCode.findByUserCode = DeviceCode.findByUserCode.bind(DeviceCode);
  DeviceCode.findByUserCode = async (...lookUp) => {
    const ctx = Provider.ctx;
    if (!ctx) return find(...lookUp);
    const code = await guesses(ctx, () => find(...lookUp));
    if (code && isOpen(code) && ctx.oidc.params?.confirm) await pages.requireShown(ctx, code);
    return code;
  };
}

/** For a code in the address the provider draws a page that sends itself, with nothing to see where there is no JavaScript. */
function replaceForm(ctx: KoaContextWithOIDC, pages: DevicePages): void {
  const userCode = ctx.oidc.params?.user_code;
  if (userCode !== undefined) pages.showUserCode(ctx, typeof userCode === 'string' ? userCode : '');
}

const isOpen = ({ isExpired, error, accountId, inFlight }: DeviceCode) =>
  !(isExpired || error || accountId || inFlight);
