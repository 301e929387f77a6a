import type { Command } from 'commander';
import { applyDeclaration } from '../../declaration/apply.ts';
import { type Parsed, parseDeclaration } from '../../declaration/parse.ts';
import { DeclarationError } from '../../declaration/problems.ts';
import { describePlan, presentPlan } from '../../declaration/words.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { examples } from '../output.ts';

interface Options {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly plan?: string;
  readonly json?: boolean;
}

export function addApplyCommand(program: Command, line: CommandLine): void {
  withJson(program.command('apply').description('make the server what a file says, all of it or nothing'))
    .requiredOption('-f, --file <file>', 'the file, as export prints it; - is stdin')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--prune', 'also remove what is not in the lists of the file')
    .option('--plan <digest>', 'do just what a dry run said, and nothing when that has changed')
    .addHelpText('after', examples('apply -f latchkey.yaml --dry-run', 'apply -f latchkey.yaml --prune'))
    .action((options: Options) => apply(line, options));
}

async function apply(line: CommandLine, options: Options): Promise<void> {
  const { file: name, dryRun = false, prune = false, plan } = options;
  const text = await readText(line, name);
  const shown = await naming(name, async () => {
    const file: Parsed = parseDeclaration(text);
    return line.withDatabase((db, { config, outbox }) =>
      applyDeclaration(db, outbox(), { file, options: { dryRun, prune, plan }, by: line.by(config) }),
    );
  });
  line.answer(options, { json: presentPlan(shown, { dryRun }), text: describePlan(shown, { dryRun }) });
}

async function readText(line: CommandLine, file: string): Promise<string> {
  if (file === '-') return line.io.readStdin();
  try {
    return await line.io.readFile(file);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`--file: ${file} cannot be read`, { cause: error });
  }
}

/** Says each problem with the file and line, as compilers do. */
async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error;
    const lines = error.problems.map(({ line, message }) => `${file}${line ? `:${line}` : ''}: ${message}`);
    throw new CommandFailure(lines.join('\n'), { cause: error });
  }
}
