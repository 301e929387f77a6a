import { emailKey } from '../../names/addresses.ts';
import { nameKey } from '../../names/names.ts';
import { assignRole, unassignRole } from '../../roles/holders.ts';
import { accountId, groupId, type Ids, roleId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredRole } from '../schema.ts';
import { type Change, PHASES } from './change.ts';

interface Kind {
  readonly member: 'people' | 'groups';
  readonly keyOf: (name: string) => string;
  readonly word: (name: string) => string;
  readonly holder: (ids: Ids, name: string) => { accountId: string } | { groupId: string };
}

const KINDS: readonly Kind[] = [
  {
    member: 'people',
    keyOf: emailKey,
    word: (email) => email,
    holder: (ids, email) => ({ accountId: accountId(ids, email) }),
  },
  {
    member: 'groups',
    keyOf: nameKey,
    word: (name) => `the group “${name}”`,
    holder: (ids, name) => ({ groupId: groupId(ids, name) }),
  },
];

/** Who has a role: people and groups. */
export function planHolders(
  before: DeclaredRole | undefined,
  wanted: DeclaredRole,
  at: { api: string; path: Path },
): Change[] {
  return KINDS.flatMap((kind) => planKind(kind, before, wanted, at));
}

function planKind(kind: Kind, before: DeclaredRole | undefined, wanted: DeclaredRole, at: { api: string; path: Path }) {
  const names = wanted[kind.member];
  if (!names) return [];
  const had = before?.[kind.member] ?? [];
  const held = new Set(had.map(kind.keyOf));
  const kept = new Set(names.map(kind.keyOf));
  const theRole = `the role ${wanted.name} of ${at.api}`;
  const added = [...names.entries()].filter(([, name]) => !held.has(kind.keyOf(name)));
  const removed = had.filter((name) => !kept.has(kind.keyOf(name)));
  return [
    ...added.map(
      ([index, name]): Change => ({
        action: 'create',
        what: 'holder',
        subject: `${theRole} for ${kind.word(name)}`,
        path: [...at.path, kind.member, index],
        phase: PHASES.afterSubscriptions,
        run: ({ db, by, ids }) => assignRole(db, roleId(ids, at.api, wanted.name), asked(kind.holder(ids, name)), by),
      }),
    ),
    ...removed.map(
      (name): Change => ({
        action: 'remove',
        what: 'holder',
        subject: `${theRole} from ${kind.word(name)}`,
        phase: PHASES.removeLinks,
        run: ({ db, by, ids }) => unassignRole(db, roleId(ids, at.api, wanted.name), kind.holder(ids, name), by),
      }),
    ),
  ];
}

const asked = (holder: { accountId: string } | { groupId: string }) =>
  'accountId' in holder ? { person: holder.accountId } : holder;
