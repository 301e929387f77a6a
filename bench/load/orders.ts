import type { Target } from '../target.ts';
import type { WorkName } from './catalogue.ts';

/** What the bench tells the load generator. `id` names a scenario on a subject. */
export type Order =
  | {
      readonly type: 'prepare';
      readonly id: string;
      readonly work: WorkName;
      readonly target: Target;
      readonly connections: number;
      /** How many families of refresh tokens are in use. */
      readonly chains: number;
    }
  | { readonly type: 'stock'; readonly id: string; readonly count: number }
  | {
      readonly type: 'run';
      readonly id: string;
      readonly port: number;
      readonly connections: number;
      readonly seconds: number;
      /** At most so many units of work, evenly over time; as many as there can be without it. */
      readonly perSecond?: number;
    };

export interface Outcome {
  /** How long each successful request took, sorted. */
  readonly milliseconds: Float32Array;
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly errors: number;
  readonly firstError: string | undefined;
}

export type Reply = { readonly outcome: Outcome | undefined } | { readonly error: string };
