import type { ParameterizedContext } from 'koa';
import type { Kysely } from 'kysely';
import type { ClientCache } from '../clients/client-cache.ts';
import type { SecretUses } from '../clients/secrets/uses.ts';
import type { Tables } from '../db/tables/tables.ts';
import type { RequestState } from '../http/context.ts';
import type { AtOnce, WholeAnswer } from '../http/serving/at-once.ts';
import type { OwnTokens } from '../keys/signatures/own-tokens.ts';
import type { RevocationCap } from '../revocation/cap.ts';
import type { RevocationChecks } from '../revocation/checks.ts';
import type { NoteUsage } from '../usage/recorder.ts';
import type { Issuer } from './issue/issue.ts';
import type { Exchanges } from './storage/exchanges.ts';

/** What the direct way is made of. */
export interface TokenParts extends Issuer {
  readonly clientCache: ClientCache;
  readonly db: Kysely<Tables>;
  readonly exchanges: Exchanges;
  readonly clock: () => Date;
  readonly secretUses: SecretUses;
  readonly note: NoteUsage;
  readonly ownTokens: OwnTokens;
  readonly checks: RevocationChecks;
  readonly cap: RevocationCap;
  readonly atOnce: AtOnce;
}

/** A plain request, read once. */
export interface PlainRequest {
  readonly ctx: ParameterizedContext<RequestState>;
  readonly authorization: string | undefined;
  readonly body: string;
  /** When it began: what is issued is as old as what it was made from. */
  readonly now: Date;
}

/** All that an endpoint does with one. @returns undefined for the ordinary way */
export type Steps = (request: PlainRequest) => Promise<WholeAnswer | undefined>;
