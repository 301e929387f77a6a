import type { MeasuredPostgres } from '../measure/postgres.ts';
import type { Target } from '../target.ts';
import type { Program } from './program.ts';

export type SubjectName =
  | 'latchkey'
  | 'latchkey, lane off'
  | 'node:http'
  | 'Koa'
  | 'floor'
  | 'password hash'
  | 'oidc-provider'
  | 'oauth2-server'
  | 'better-auth';

/** Something that is measured: this server or a yardstick. */
export interface Subject {
  readonly name: SubjectName;
  readonly target: Target;
  readonly program: Program;
  /** Its database; undefined when it has none. */
  readonly database: string | undefined;
}

export interface Surroundings {
  readonly postgres: MeasuredPostgres;
  /** For logs and everything else that is thrown away afterwards. */
  readonly folder: string;
  /** How many apps take turns where many do. */
  readonly manyClients: number;
}
