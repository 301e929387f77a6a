import { emailKey } from '../../names/addresses.ts';
import { nameKey } from '../../names/names.ts';
import { addMember } from '../../teams/add-member.ts';
import { changeMemberRole, removeMember } from '../../teams/members.ts';
import { suspendTeam } from '../../teams/suspension.ts';
import { createTeam, deleteTeam, renameTeam } from '../../teams/teams.ts';
import { accountId, type Ids, teamId } from '../ids.ts';
import type { Path } from '../problems.ts';
import type { DeclaredTeam } from '../schema.ts';
import { type Change, differences, PHASES } from './change.ts';

const theTeam = (name: string) => `the team “${name}”`;

export function planTeams(current: readonly DeclaredTeam[], wanted: readonly DeclaredTeam[]): Change[] {
  const before = new Map(current.map((team) => [nameKey(team.name), team]));
  const kept = new Set(wanted.map(({ name }) => nameKey(name)));
  return [
    ...wanted.flatMap((team, index) => planTeam(before.get(nameKey(team.name)), team, ['teams', index])),
    ...current.filter(({ name }) => !kept.has(nameKey(name))).map(removal),
  ];
}

function planTeam(before: DeclaredTeam | undefined, wanted: DeclaredTeam, path: Path): Change[] {
  const { name, suspended: reason } = wanted;
  const about = { what: 'team', subject: theTeam(name), path } as const;
  const changes: Change[] = [];
  if (!before) {
    const run: Change['run'] = async ({ db, by, ids }) =>
      ids.teams.set(nameKey(name), (await createTeam(db, { name }, by)).id);
    changes.push({ ...about, action: 'create', phase: PHASES.team, run });
  } else if (before.name !== name) {
    const fields = differences(before, wanted, ['name']);
    const run: Change['run'] = ({ db, by, ids }) => renameTeam(db, { teamId: teamId(ids, name), name }, by);
    changes.push({ ...about, action: 'change', fields, phase: PHASES.team, run });
  }
  if (reason !== undefined && before?.suspended === undefined) {
    const fields = [{ name: 'suspended', from: null, to: reason }];
    const run: Change['run'] = ({ db, by, ids }) => suspendTeam(db, { teamId: teamId(ids, name), reason }, by);
    changes.push({ ...about, action: 'change', fields, phase: PHASES.stop, run });
  }
  return [...changes, ...planMembers(before, wanted, path)];
}

type Members = NonNullable<DeclaredTeam['members']>;

function planMembers(before: DeclaredTeam | undefined, { name, members }: DeclaredTeam, path: Path): Change[] {
  if (!members) return [];
  const had = new Map(before?.members?.map((member) => [emailKey(member.email), member]));
  const kept = new Set(members.map(({ email }) => emailKey(email)));
  const removed = before?.members?.filter(({ email }) => !kept.has(emailKey(email))) ?? [];
  return [
    ...members.flatMap((member, index) => {
      const role = had.get(emailKey(member.email))?.role;
      if (role === member.role) return [];
      const place = { path: [...path, 'members', index], team: name };
      return [role === undefined ? addition(member, place) : newRole(member, { ...place, from: role })];
    }),
    ...removed.map(
      ({ email }): Change => ({
        action: 'remove',
        what: 'member',
        subject: `${email} from ${theTeam(name)}`,
        phase: PHASES.removeLinks,
        run: ({ db, by, ids }) => removeMember(db, membership(ids, name, email), by),
      }),
    ),
  ];
}

const membership = (ids: Ids, team: string, email: string) => ({
  teamId: teamId(ids, team),
  accountId: accountId(ids, email),
});

function addition({ email, role }: Members[number], { path, team }: { path: Path; team: string }): Change {
  return {
    action: 'create',
    what: 'member',
    subject: `${email} in ${theTeam(team)} as ${role}`,
    path,
    phase: PHASES.member,
    run: ({ db, by, ids }) => addMember(db, { ...membership(ids, team, email), role }, by),
  };
}

/** Owners come first, so that a team that changes hands is never without one. */
function newRole({ email, role }: Members[number], at: { path: Path; team: string; from: string }): Change {
  return {
    action: 'change',
    what: 'member',
    subject: `${email} in ${theTeam(at.team)}`,
    fields: [{ name: 'role', from: at.from, to: role }],
    path: at.path,
    phase: role === 'owner' ? PHASES.promotion : PHASES.demotion,
    run: ({ db, by, ids }) => changeMemberRole(db, { ...membership(ids, at.team, email), role }, by),
  };
}

const removal = ({ name }: DeclaredTeam): Change => ({
  action: 'remove',
  what: 'team',
  subject: theTeam(name),
  phase: PHASES.removeTeam,
  run: ({ db, by, ids }) => deleteTeam(db, teamId(ids, name), by),
});
