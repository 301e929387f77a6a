import type { Provider } from 'oidc-provider';
import type { Render } from '../../views/render.ts';
import type { Epochs } from './epochs.ts';
import type { SignInParts } from './password-sign-in.ts';

export interface InteractionParts extends SignInParts {
  readonly provider: () => Provider;
  readonly render: Render;
  readonly epochs: Epochs;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
}

/** An interaction: what is asked for, of whom, and in which session. */
export type Details = Awaited<ReturnType<Provider['interactionDetails']>>;
