import { Command, Help, type Option } from 'commander';
import { addApiCommands } from './apis/api.ts';
import { addAppCommands } from './apps/app.ts';
import type { CommandLine } from './command-line.ts';
import { addApplyCommand } from './declaration/apply.ts';
import { addExportCommands } from './declaration/export.ts';
import { addDemoCommands } from './demo/demo.ts';
import { addAuditCommands } from './operations/audit.ts';
import { addBrandingCommands } from './operations/branding.ts';
import { addDatabaseCommands } from './operations/database.ts';
import { addDoctorCommand } from './operations/doctor.ts';
import { addKeyCommands } from './operations/key.ts';
import { addMailCommands } from './operations/mail.ts';
import { addMigrateCommands } from './operations/migrate.ts';
import { examples } from './output.ts';
import { addGroupCommands } from './people/group.ts';
import { addSignUpCommands } from './people/sign-up.ts';
import { addUserCommands } from './people/user.ts';
import { addRoleCommands } from './roles/role.ts';
import { addSubscriptionCommands } from './subscriptions/subscription.ts';
import { addTeamCommands } from './teams/team.ts';

const EPILOGUE = `
It reads the same environment as the server: DATABASE_URL, or DATA_DIR.
Exit codes: 0 done, 1 refused or failed, 2 not understood. docs/cli.md has all of it.`;

/** Every command of the command line, without doing anything yet. */
export function createProgram(line: CommandLine): Command {
  const program = new Command('latchkey')
    .description('Looks after a Latchkey authorization server, running or not.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => line.io.stdout(text),
      writeErr: (text) => line.io.stderr(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    // Every command below takes this over.
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', EPILOGUE)
    .addHelpText('after', examples('app list', 'app create --help', 'subscription list --waiting --json'));
  addAppCommands(program, line);
  addApiCommands(program, line);
  addSubscriptionCommands(program, line);
  addTeamCommands(program, line);
  addUserCommands(program, line);
  addSignUpCommands(program, line);
  addGroupCommands(program, line);
  addRoleCommands(program, line);
  addExportCommands(program, line);
  addApplyCommand(program, line);
  addDoctorCommand(program, line);
  addDemoCommands(program, line);
  addBrandingCommands(program, line);
  addMailCommands(program, line);
  addAuditCommands(program, line);
  addKeyCommands(program, line);
  addDatabaseCommands(program, line);
  addMigrateCommands(program, line);
  return program;
}

/** Commander says of a required option only afterwards that it is missing. */
function describeOption(this: Help, option: Option): string {
  const description = Help.prototype.optionDescription.call(this, option);
  return option.mandatory ? `${description} (required)` : description;
}
