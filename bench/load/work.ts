import type { Target } from '../target.ts';
import type { Connection } from './connection.ts';

/** What one scenario does to one subject. */
export interface Work {
  /** Makes what is used up (codes, tokens to revoke). Not measured. */
  stock?(count: number): Promise<void>;
  /** One unit of work. @returns false when the stock is used up @throws when the answer is not as it should be */
  once(connection: Connection): Promise<boolean>;
}

export interface Surroundings {
  readonly target: Target;
  /** How many families of refresh tokens are in use. */
  readonly chains: number;
  /** Runs something `count` times, spread over the connections. */
  times(count: number, act: (connection: Connection, index: number) => Promise<void>): Promise<void>;
}

export type PrepareWork = (surroundings: Surroundings) => Promise<Work>;
