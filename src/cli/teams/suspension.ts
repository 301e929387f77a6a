import type { Command } from 'commander';
import { findTeam } from '../../teams/find-team.ts';
import { resumeTeam, suspendTeam } from '../../teams/suspension.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

export function addTeamSuspensionCommands(team: Command, line: CommandLine): void {
  withJson(team.command('suspend').description('stop all apps and APIs of a team; their tokens are refused'))
    .argument('<team>', 'its id or name')
    .requiredOption('--reason <reason>', 'kept in the audit trail')
    .addHelpText('after', examples('team suspend Sales --reason "the contract has ended"'))
    .action((name: string, options: JsonOption & { reason: string }) => suspend(line, name, options));
  withJson(team.command('resume').description('let the apps and APIs of a suspended team go on'))
    .argument('<team>', 'its id or name')
    .action((name: string, options: JsonOption) => resume(line, name, options));
}

async function suspend(line: CommandLine, name: string, options: JsonOption & { reason: string }): Promise<void> {
  const by = line.by();
  const id = await line.withDatabase(async (db) => {
    const team = await findTeam(db, name, by);
    await suspendTeam(db, { teamId: team.id, reason: options.reason }, by);
    return team.id;
  });
  line.answer(options, {
    json: { id, suspended: true },
    text: `Suspended ${name}; its apps get no tokens, and nobody gets tokens for its APIs.`,
  });
}

async function resume(line: CommandLine, name: string, options: JsonOption): Promise<void> {
  const by = line.by();
  const id = await line.withDatabase(async (db) => {
    const team = await findTeam(db, name, by);
    await resumeTeam(db, team.id, by);
    return team.id;
  });
  line.answer(options, {
    json: { id, suspended: false },
    text: `The apps and APIs of ${name} work again; tokens from before stay refused.`,
  });
}
