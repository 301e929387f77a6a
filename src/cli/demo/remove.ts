import type { Command } from 'commander';
import { removeDemo } from '../../demo/remove.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';

/** Takes away what the first start made up, so that a server that was tried can be used. */
export function addDemoRemoveCommand(demo: Command, line: CommandLine): void {
  withJson(
    demo.command('remove').description('take the demo away: its apps, APIs, traffic, team and administrator'),
  ).action((options: { json?: boolean }) => remove(line, options));
}

async function remove(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const removed = await line.withDatabase((db, { config }) => removeDemo(db, config.dataDir, line.by()));
  if (!removed) throw new CommandFailure('there is no demo here, or it was removed before');
  const { apps, apis, kept } = removed;
  const rest = kept ?? 'The first administrator is made by: npx latchkey user create --admin --help';
  line.answer(options, {
    json: { apps, apis, kept: kept ?? null },
    text: `Removed the demo: ${apps} apps and ${apis} APIs, with their made-up traffic. ${rest}`,
  });
}
