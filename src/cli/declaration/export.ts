import type { Command } from 'commander';
import { readCurrent } from '../../declaration/read.ts';
import { declarationJsonSchema } from '../../declaration/schema.ts';
import { plainDeclaration, writeDeclaration } from '../../declaration/write.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples, formatJson } from '../output.ts';

export function addExportCommands(program: Command, line: CommandLine): void {
  withJson(program.command('export').description('print what there is as a file, for apply: never a secret'))
    .addHelpText('after', examples('export > latchkey.yaml'))
    .action((options: { json?: boolean }) => exportAll(line, options));
  program
    .command('schema')
    .description('print the JSON Schema of the file for export and apply, for editors')
    .addHelpText('after', examples('schema > latchkey.schema.json'))
    .action(() => line.io.stdout(formatJson(declarationJsonSchema())));
}

async function exportAll(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const { declaration } = await line.withDatabase(readCurrent);
  line.answer(options, { json: plainDeclaration(declaration), text: writeDeclaration(declaration).trimEnd() });
}
