import type { Command } from 'commander';
import { findCatalogueApi } from '../apis/catalogue/find-api.ts';
import { readApiUsage } from '../usage/api-usage.ts';
import { readAppUsage } from '../usage/app-usage.ts';
import { type Period, type Point, totalOf } from '../usage/series.ts';
import { type CommandLine, withJson } from './command-line.ts';
import { choice } from './option-values.ts';
import { formatTable } from './output.ts';

interface Options {
  readonly period: Period;
  readonly json?: boolean;
}

const PERIODS: readonly Period[] = ['24h', '7d', '30d'];

const withPeriod = (command: Command) =>
  withJson(command).addOption(choice('--period <period>', 'how far back', PERIODS).default('7d'));

export function addAppUsageCommand(app: Command, line: CommandLine): void {
  withPeriod(app.command('usage').description('how much an app did, and how it ended'))
    .argument('<app>', 'its client_id')
    .action((clientId: string, options: Options) => ofApp(line, clientId, options));
}

export function addApiUsageCommand(api: Command, line: CommandLine): void {
  withPeriod(api.command('usage').description('how much apps did with an API, and which'))
    .argument('<api>', 'its identifier')
    .action((name: string, options: Options) => ofApi(line, name, options));
}

const presentPoints = (points: readonly Point[]) =>
  points.map(({ at, calls, failures }) => ({ at: at.toISOString(), calls, failures }));

function inWords(points: readonly Point[], period: Period): string {
  const { calls, failures } = totalOf(points);
  return `${calls} ${calls === 1 ? 'call' : 'calls'} in ${period}, of which ${failures} failed.`;
}

async function ofApp(line: CommandLine, clientId: string, options: Options): Promise<void> {
  const { period } = options;
  const { points, outcomes } = await line.withDatabase((db) => readAppUsage(db, { clientId, period }, line.by()));
  const rows = outcomes.map(({ event, outcome, api, count }) => [event, outcome, api ?? '', String(count)]);
  line.answer(options, {
    json: {
      data: presentPoints(points),
      outcomes: outcomes.map((outcome) => ({ ...outcome, api: outcome.api ?? null })),
    },
    text: `${inWords(points, period)}\n\n${formatTable(['WHAT', 'OUTCOME', 'API', 'COUNT'], rows, 'Nothing happened.')}`,
  });
}

async function ofApi(line: CommandLine, name: string, options: Options): Promise<void> {
  const by = line.by();
  const { period } = options;
  const { points, consumers, outcomes } = await line.withDatabase(async (db) => {
    const { api } = await findCatalogueApi(db, name, by);
    return readApiUsage(db, { apiId: api.id, period }, by);
  });
  const rows = consumers.map((app) => [app.clientId, app.name ?? '(gone)', String(app.calls), String(app.failures)]);
  line.answer(options, {
    json: {
      data: presentPoints(points),
      consumers: consumers.map((app) => ({
        ...{ app_id: app.clientId, name: app.name ?? null, calls: app.calls, failures: app.failures },
      })),
      outcomes,
    },
    text: `${inWords(points, period)}\n\n${formatTable(['CLIENT ID', 'NAME', 'CALLS', 'FAILURES'], rows, 'No app used it.')}`,
  });
}
