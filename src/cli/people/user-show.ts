import type { Command } from 'commander';
import { resolveAccountId } from '../../accounts/lifecycle.ts';
import { countSessions, requirePerson } from '../../accounts/people.ts';
import { presentPerson } from '../../accounts/present.ts';
import { PROFILE_FIELDS } from '../../accounts/profile/fields.ts';
import { listGroupsOf } from '../../roles/groups.ts';
import { listRolesOf } from '../../roles/holders.ts';
import { listTeamsOf } from '../../teams/teams.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples, formatDay, formatFields, printable } from '../output.ts';

export function addUserShowCommand(user: Command, line: CommandLine): void {
  withJson(user.command('show').description('tell who a person is: teams, groups, roles, sessions'))
    .argument('<user>', 'the id or the email address')
    .addHelpText('after', examples('user show ada@example.org'))
    .action((who: string, options: { json?: boolean }) => show(line, who, options));
}

async function show(line: CommandLine, who: string, options: { json?: boolean }): Promise<void> {
  const by = line.by();
  const { person, teams, groups, roles, sessions } = await line.withDatabase(async (db) => {
    const id = await resolveAccountId(db, who);
    return {
      person: await requirePerson(db, id, by),
      teams: await listTeamsOf(db, id, by),
      groups: await listGroupsOf(db, id, by),
      roles: await listRolesOf(db, id, by),
      sessions: await countSessions(db, id, by),
    };
  });
  line.answer(options, {
    json: {
      ...presentPerson(person),
      email_verified: person.email_verified_at !== null,
      teams: teams.map(({ id, name, role }) => ({ id, name, role })),
      groups: groups.map(({ id, name }) => ({ id, name })),
      roles: roles.map((role) => ({ id: role.id, name: role.name, api_id: role.apiId, group: role.groupName })),
      sessions,
    },
    text: `${printable(person.name)}\n\n${formatFields([
      ['id', person.id],
      ['email', person.email],
      ...PROFILE_FIELDS.flatMap((field) => {
        const value = person.profile[field];
        return value === undefined ? [] : [[field, printable(value)] as const];
      }),
      ['state', person.disabled_at ? `disabled on ${formatDay(person.disabled_at)}` : 'active'],
      ['beyond teams', person.platform_role ?? '-'],
      ...teams.map((team) => ['team', `${team.name}, ${team.role}`] as const),
      ...groups.map((group) => ['group', group.name] as const),
      ...roles.map((role) => ['role', `${role.name} of ${role.apiName}${byGroup(role.groupName)}`] as const),
      ['signed in with', `${sessions} browser${sessions === 1 ? '' : 's'}`],
      ['created', formatDay(person.created_at)],
    ])}`,
  });
}

const byGroup = (name: string | null) => (name ? `, by the group ${name}` : '');
