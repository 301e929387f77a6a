import type { Command } from 'commander';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples } from '../output.ts';
import { runAuthorizationCode } from './authorization-code.ts';
import { runClientCredentials } from './client-credentials.ts';
import type { DemoOptions } from './credentials.ts';
import { runDevice } from './device.ts';
import { runRefresh } from './refresh.ts';
import { addDemoRemoveCommand } from './remove.ts';

const NOTE = `
Without options it takes the server, the API and the apps of the demo, which the first start of the
server has set up. A secret is read from the environment (CLIENT_SECRET) or from stdin.`;

/** A client that shows what goes over the wire. It works from outside, so it needs no database. */
export function addDemoCommands(program: Command, line: CommandLine): void {
  const demo = program.command('demo').description('be a client, and show each step on the wire');
  const command = (
    name: string,
    description: string,
    run: (line: CommandLine, options: DemoOptions) => Promise<void>,
  ) =>
    withJson(demo.command(name).description(description))
      .option('--issuer <url>', 'the server (default: ISSUER)')
      .option('--client-id <id>', 'the app (default: CLIENT_ID, or one of the demo)')
      .option('--secret-stdin', 'read the secret of the app from stdin; a terminal asks for it')
      .option('--api <url>', 'the API to get a token for (default: AUDIENCE, or that of the demo)')
      .option('--scope <scope>', 'what to ask for (default: reports:read of the demo, or all that the app may have)')
      .addHelpText('after', NOTE)
      .addHelpText('after', examples(`demo ${name}`, `demo ${name} --client-id app_… --api https://orders.example.com`))
      .action((options: DemoOptions) => run(line, options));
  command('client-credentials', 'a backend gets a token for itself, and an API verifies it', runClientCredentials);
  command('authorization-code', 'a person signs in with the browser, and an app gets a token', runAuthorizationCode);
  command('device', 'a person connects a device by entering a code', runDevice);
  command('refresh', 'an app gets new tokens, and a stolen refresh token is found out', runRefresh);
  addDemoRemoveCommand(demo, line);
}
