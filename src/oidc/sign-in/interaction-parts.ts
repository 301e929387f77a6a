import type { Provider } from 'oidc-provider';
import type { MasterKey } from '../../config.ts';
import type { Render } from '../../views/render.ts';
import type { SignInAttempts } from './attempts.ts';
import type { Epochs } from './epochs.ts';
import type { SignInParts } from './password-sign-in.ts';

export interface InteractionParts extends SignInParts {
  readonly provider: () => Provider;
  readonly render: Render;
  readonly epochs: Epochs;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
  readonly masterKeys: readonly MasterKey[];
  /** How often somebody may guess a second factor. */
  readonly codeAttempts: SignInAttempts;
}

/** An interaction: what is asked for, of whom, and in which session. */
export type Details = Awaited<ReturnType<Provider['interactionDetails']>>;
