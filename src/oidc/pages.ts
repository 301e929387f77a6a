import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import type { Render } from '../http/render.ts';

/** The pages that oidc-provider asks us to draw. */
export function createPages(render: Render) {
  return {
    async renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void> {
      const expected = out.error !== 'server_error';
      render(ctx, 'error', {
        title: expected ? 'This did not work' : 'Something went wrong',
        message: sentence(expected ? (out.error_description ?? error.message) : 'Something went wrong on our side.'),
        hint: expected
          ? 'Go back to the app and try again. If it stays, tell the people who run the app what this page says.'
          : 'Try again. If it stays, tell the operator the request id.',
        code: out.error,
        requestId: String(ctx.state.requestId ?? ''),
      });
    },

    async renderSignOut(ctx: KoaContextWithOIDC): Promise<void> {
      render(ctx, 'sign-out', {
        action: '/session/end/confirm',
        xsrf: ctx.oidc.session?.state?.secret as string,
        appName: ctx.oidc.client?.clientName,
      });
    },

    async renderSignedOut(ctx: KoaContextWithOIDC): Promise<void> {
      render(ctx, 'signed-out', { appName: ctx.oidc.client?.clientName });
    },
  };
}

export type Pages = ReturnType<typeof createPages>;

/** The provider's descriptions are lower-case fragments. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
