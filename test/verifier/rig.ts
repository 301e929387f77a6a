import { afterEach, beforeEach } from '@jest/globals';
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verifier/index.ts';
import { createTestClock, eventually, type TestClock } from './clock.ts';
import type { EpochProcess } from './epoch-processes.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from './issuer.ts';

/** A clock, an issuer and a verifier of its tokens, new for each test of a file. */
class Rig {
  time!: TestClock;
  issuer!: TestIssuer;
  verifier!: Verifier;
  readonly #defaults: Partial<VerifierOptions>;

  constructor(defaults: Partial<VerifierOptions>) {
    this.#defaults = defaults;
    beforeEach(async () => {
      this.time = createTestClock();
      this.issuer = await startIssuer(this.time.now);
      this.verifier = this.aVerifier();
    });
    afterEach(async () => {
      this.verifier.close();
      await this.issuer.stop();
    });
  }

  readonly aVerifier = (options: Partial<VerifierOptions> = {}): Verifier => {
    const { clock, schedule } = this.time;
    const base = { issuer: this.issuer.issuer, audience: AUDIENCE, clock, schedule };
    return createVerifier({ ...base, ...this.#defaults, ...options });
  };

  /** `accepted`, or the status and the code of the refusal. */
  readonly outcome = (token: string): Promise<string> =>
    this.verifier.verify(token).then(
      () => 'accepted',
      ({ status, code }) => `${status} ${code}`,
    );

  /** A token of the incarnation 7 that outlives every test. */
  readonly token = (ep: unknown = [7], claims: Record<string, unknown> = {}) =>
    this.issuer.token({ exp: this.time.now() + 100_000, ep, ...claims });

  /** Who answers for the epochs from now on, in turn. */
  readonly answering = (...processes: EpochProcess[]) => this.issuer.epochs.processes.splice(0, 9, ...processes);

  readonly requestsFor = (start: string) =>
    this.issuer.requests.filter((line) => line.startsWith(`GET ${start}`)).length;

  /** Lets the timers of the next two seconds fire, and the poll of the epochs that they start come back. */
  readonly nextPoll = async (): Promise<void> => {
    const before = this.requestsFor('/epochs ');
    const waiting = this.time.due().length;
    this.time.advance(2);
    await eventually(() => this.requestsFor('/epochs ') > before && this.time.due().length >= waiting);
  };
}

/** To be called at the top of a file. */
export const aRig = (defaults: Partial<VerifierOptions> = {}) => new Rig(defaults);
export const DEAD_TOKEN = '401 invalid_token';
