import type { Provider } from 'oidc-provider';
import type { MasterKey } from '../../config.ts';
import type { Outbox } from '../../mail/outbox.ts';
import type { Render } from '../../views/render.ts';
import type { PasskeyAttempts, SignInAttempts } from './attempts.ts';
import type { Epochs } from './epochs.ts';
import type { SignInParts } from './password-sign-in.ts';

export interface InteractionParts extends SignInParts {
  readonly provider: () => Provider;
  readonly render: Render;
  readonly epochs: Epochs;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
  readonly masterKeys: readonly MasterKey[];
  readonly outbox: Outbox;
  /** How often somebody may guess a second factor. */
  readonly codeAttempts: SignInAttempts;
  readonly passkeyAttempts: PasskeyAttempts;
}

/** An interaction: what is asked for, of whom, and in which session. */
export type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Somebody whose password was right, and who is asked for more before they are signed in. */
export interface FirstStep {
  readonly accountId: string;
  /** What they have given already (RFC 8176). */
  readonly amr: readonly string[];
  /** Of the sign-ins of the person, as it was read with the password. */
  readonly epoch: number;
  /** When, in seconds since 1970. */
  readonly at: number;
  /** Whether they have to choose a new password, once they have given the second factor. */
  readonly mustChange?: boolean;
  /** Both factors were right, and the new password is what is left. */
  readonly proved?: boolean;
}
