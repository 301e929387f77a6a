import type { Operation } from './operation.ts';
import { teamOperations } from './teams.ts';

/** Everything that the admin API can do. */
export const operations: readonly Operation[] = [...teamOperations];
