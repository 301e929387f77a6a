import { emailKey } from '../../names/addresses.ts';
import { nameKey } from '../../names/names.ts';
import { addToGroup, createGroup, deleteGroup, removeFromGroup, renameGroup } from '../../roles/groups.ts';
import { accountId, groupId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredGroup } from '../schema.ts';
import { type Change, differences, PHASES } from './change.ts';

const theGroup = (name: string) => `the group “${name}”`;

export function planGroups(current: readonly DeclaredGroup[], wanted: readonly DeclaredGroup[]): Change[] {
  const before = new Map(current.map((group) => [nameKey(group.name), group]));
  const kept = new Set(wanted.map(({ name }) => nameKey(name)));
  return [
    ...wanted.flatMap((group, index) => planGroup(before.get(nameKey(group.name)), group, ['groups', index])),
    ...current.filter(({ name }) => !kept.has(nameKey(name))).map(removal),
  ];
}

function planGroup(before: DeclaredGroup | undefined, wanted: DeclaredGroup, path: Path): Change[] {
  const { name } = wanted;
  const about = { what: 'group', subject: theGroup(name), path, phase: PHASES.group } as const;
  const changes: Change[] = [];
  if (!before) {
    const run: Change['run'] = async ({ db, by, ids }) =>
      ids.groups.set(nameKey(name), (await createGroup(db, { name }, by)).id);
    changes.push({ ...about, action: 'create', run });
  } else if (before.name !== name) {
    const fields = differences(before, wanted, ['name']);
    const run: Change['run'] = ({ db, by, ids }) => renameGroup(db, { groupId: groupId(ids, name), name }, by);
    changes.push({ ...about, action: 'change', fields, run });
  }
  return [...changes, ...planMembers(before, wanted, path)];
}

function planMembers(before: DeclaredGroup | undefined, { name, members }: DeclaredGroup, path: Path): Change[] {
  if (!members) return [];
  const had = new Set(before?.members?.map(emailKey));
  const kept = new Set(members.map(emailKey));
  const added = [...members.entries()].filter(([, email]) => !had.has(emailKey(email)));
  const removed = before?.members?.filter((email) => !kept.has(emailKey(email))) ?? [];
  return [
    ...added.map(
      ([index, email]): Change => ({
        action: 'create',
        what: 'member',
        subject: `${email} in ${theGroup(name)}`,
        path: [...path, 'members', index],
        phase: PHASES.member,
        run: ({ db, by, ids }) => addToGroup(db, { groupId: groupId(ids, name), accountId: accountId(ids, email) }, by),
      }),
    ),
    ...removed.map(
      (email): Change => ({
        action: 'remove',
        what: 'member',
        subject: `${email} from ${theGroup(name)}`,
        phase: PHASES.removeLinks,
        run: ({ db, by, ids }) =>
          removeFromGroup(db, { groupId: groupId(ids, name), accountId: accountId(ids, email) }, by),
      }),
    ),
  ];
}

const removal = ({ name }: DeclaredGroup): Change => ({
  action: 'remove',
  what: 'group',
  subject: theGroup(name),
  phase: PHASES.removeGroup,
  run: ({ db, by, ids }) => deleteGroup(db, groupId(ids, name), by),
});
