import { isDeepStrictEqual } from 'node:util';
import type { Kysely } from 'kysely';
import type { By } from '../../access.ts';
import type { Tables } from '../../db/tables/tables.ts';
import type { Outbox } from '../../mail/outbox.ts';
import { nameKey } from '../../names/names.ts';
import type { Ids } from '../ids.ts';
import type { ReadyPictures } from '../pictures.ts';
import type { Path } from '../problems.ts';

/** What a change is made with: a transaction that all of them share. */
export interface Work {
  readonly db: Kysely<Tables>;
  readonly outbox: Outbox;
  readonly by: By;
  /** What was created before is in it. */
  readonly ids: Ids;
  /** Of the branding. */
  readonly pictures: ReadyPictures;
}

export interface FieldChange {
  readonly name: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One thing that differs between a file and the server. */
export interface Change {
  readonly action: 'create' | 'change' | 'remove';
  readonly what:
    | 'branding'
    | 'group'
    | 'team'
    | 'api'
    | 'app'
    | 'scope'
    | 'role'
    | 'subscription'
    | 'member'
    | 'holder'
    | 'introspector';
  /** In words, such as: the team “Sales”. */
  readonly subject: string;
  readonly fields?: readonly FieldChange[];
  /** What the person who applies it has to know. */
  readonly note?: string;
  /** Where the file says so; undefined for what is not in it. */
  readonly path?: Path;
  /** When it is made among the others. */
  readonly phase: number;
  /** A part of another change, which is not listed by itself. */
  readonly isSilent?: true;
  readonly run: (work: Work) => Promise<unknown>;
}

/** The order: what others depend on is made before them, and removed after them. */
export const PHASES = {
  branding: -1,
  group: 0,
  team: 1,
  member: 2,
  promotion: 3,
  demotion: 4,
  api: 5,
  role: 6,
  app: 7,
  subscription: 8,
  afterSubscriptions: 9,
  stop: 10,
  removeLinks: 11,
  removeSubscription: 12,
  removeRole: 13,
  removeScope: 14,
  removeApp: 15,
  removeApi: 16,
  removeGroup: 17,
  removeTeam: 18,
} as const;

/** The fields among `names` that are not the same. */
export function differences<T extends object>(from: T, to: T, names: readonly (keyof T & string)[]): FieldChange[] {
  return names
    .filter((name) => !isDeepStrictEqual(from[name] ?? null, to[name] ?? null))
    .map((name) => ({ name, from: from[name] ?? null, to: to[name] ?? null }));
}

/** A team in another spelling is no other team. */
export const isOtherTeam = ({ name, from, to }: FieldChange) =>
  name !== 'team' || nameKey(String(from ?? '')) !== nameKey(String(to ?? ''));

/** Lists in which the order says nothing. */
export const sameSet = (first: readonly string[], second: readonly string[]) =>
  new Set(first).symmetricDifference(new Set(second)).size === 0;
