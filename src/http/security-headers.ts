import type { Middleware } from 'koa';
import helmet from 'koa-helmet';

/**
 * Nothing is loaded from elsewhere, nothing runs inline, nobody frames a page (RFC 9700 §4.16, §4.2.4). `form-action` is
 * left out on purpose: Chromium applies it to the redirects after a consent form, whose target is the app's own address.
 */
export function securityHeaders(options: { https: boolean }): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: options.https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginResourcePolicy: false,
  });
}
