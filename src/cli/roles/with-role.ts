import type { Command } from 'commander';
import { withJson } from '../command-line.ts';

/** A command about one role. */
export const withRole = (command: Command) =>
  withJson(command)
    .argument('<role>', 'its id, or with --api its name')
    .option('--api <api>', 'the API whose role it is, by its identifier');
