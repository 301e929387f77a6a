import { openPostgres } from '../src/db/connections/connection.ts';
import type { WorkName } from './load/catalogue.ts';
import { runRound, type Settings, warmUp } from './measure/measure.ts';
import { cpuOf, type Summary, summarize } from './measure/summary.ts';
import type { Options } from './options.ts';
import { type Chart, writeCharts } from './report/chart.ts';
import { growthRows, writeGrowth } from './report/growth.ts';
import { toColumns } from './report/table.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { install, startLatchkey } from './subjects/latchkey.ts';
import { multiplyClient, multiplyGrant } from './subjects/multiply.ts';
import type { Subject } from './subjects/subject.ts';

/** What was measured while one thing grew. */
export interface Sweep {
  readonly title: string;
  readonly grows: string;
  readonly points: readonly { readonly size: number; readonly summary: Summary }[];
}

type Pool = NonNullable<ReturnType<typeof openPostgres>['pool']>;

/** A server of its own for a sweep, and its database. */
interface Ground {
  readonly subject: Subject;
  readonly pool: Pool;
}

/** How the cost of a request grows with rows, with apps and with connections. @returns how many sweeps failed */
export async function measureGrowth(stage: Stage, options: Options): Promise<number> {
  const settings = { ...options, warmUpSeconds: 1, chains: 128 };
  const connections = await layGround(stage, 'growth_connections');
  const sweeps = [
    await growConnections(stage, connections.subject, settings, 'client-credentials-es256'),
    await growConnections(stage, connections.subject, settings, 'refresh-id-token'),
    await growClients(stage, await layGround(stage, 'growth_apps'), settings),
    await growGrants(stage, await layGround(stage, 'growth_grants'), settings, options.large),
  ];
  console.log(toColumns(growthRows(sweeps)));
  writeCharts(new URL('growth.svg', import.meta.url), 'How the cost of a request grows', sweeps.flatMap(chartsOf));
  writeGrowth(sweeps, options, stage.postgres.version);
  const failed = sweeps.filter(({ points }) => points.some(({ summary }) => summary.errors > 0)).length;
  console.log(`bench: ${sweeps.length - failed} sweeps passed, ${failed} failed`);
  return failed;
}

async function layGround(stage: Stage, name: string): Promise<Ground> {
  const installation = await install(stage.postgres, name, 1);
  const subject = await startLatchkey(stage, installation);
  stage.manage(subject.program);
  const database = openPostgres(`${stage.postgres.url}/${name}`, 2, () => {});
  stage.manage({ stop: () => database.close() });
  return { subject, pool: database.pool as Pool };
}

async function growConnections(stage: Stage, subject: Subject, settings: Settings, work: WorkName): Promise<Sweep> {
  const points = [];
  for (const connections of [1, 2, 4, 8, 16, 32, 64]) {
    const summary = await measurePoint(stage, subject, { ...settings, connections }, scenarioOf(work));
    points.push({ size: connections, summary });
  }
  return { title: scenarioOf(work).title, grows: 'connections', points };
}

async function growClients(stage: Stage, { subject, pool }: Ground, settings: Settings): Promise<Sweep> {
  const [machine] = subject.target.machines;
  if (!machine) throw new Error('no app to copy');
  const scenario = scenarioOf('client-credentials-many');
  const points = [];
  // The installation has one copy already.
  let made = 1;
  const copies = [{ ...machine, clientId: 'copy_1' }];
  for (const size of [100, 1000, 10_000, 100_000]) {
    const ids = await multiplyClient(pool, machine.clientId, { from: made + 1, to: size });
    copies.push(...ids.map((clientId) => ({ ...machine, clientId })));
    made = size;
    await pool.query('analyze');
    const target = { ...subject.target, machines: [machine, ...copies] };
    points.push({ size, summary: await measurePoint(stage, { ...subject, target }, settings, scenario) });
  }
  return { title: scenario.title, grows: 'apps', points };
}

/** The chains that are refreshed stay the same; what grows is the table that they are in. */
async function growGrants(stage: Stage, { subject, pool }: Ground, settings: Settings, large: boolean): Promise<Sweep> {
  const scenario = scenarioOf('refresh-id-token');
  await warmUp(stage, scenario, subject, { ...settings, warmUpSeconds: 0.1 });
  const { rows } = await pool.query(
    `select grant_id from artifacts where model in ('Grant', 'RefreshToken') and grant_id is not null
     group by grant_id having count(distinct model) = 2 order by count(*) limit 1`,
  );
  const grantId = String(rows[0]?.grant_id);
  const points = [];
  let made = 0;
  for (const size of [1000, 100_000, ...(large ? [10_000_000] : [])]) {
    await multiplyGrant(pool, grantId, { from: made + 1, to: size });
    made = size;
    await pool.query('vacuum analyze artifacts');
    await pool.query('checkpoint');
    points.push({ size, summary: await measurePoint(stage, subject, settings, scenario) });
  }
  return { title: scenario.title, grows: 'grants, each with its tokens', points };
}

async function measurePoint(stage: Stage, subject: Subject, settings: Settings, scenario: Scenario): Promise<Summary> {
  await warmUp(stage, scenario, subject, settings);
  const rounds = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    rounds.push(await runRound(stage, scenario, subject, settings));
  }
  return summarize(scenario, subject.name, rounds);
}

function scenarioOf(work: WorkName): Scenario {
  const scenario = scenarios.find((candidate) => candidate.name === work);
  if (!scenario) throw new Error(`no scenario ${work}`);
  return scenario;
}

/** Connections change how much is done and how long it takes; rows and apps change what it costs. */
function chartsOf({ title, grows, points }: Sweep): Chart[] {
  const line = (name: string, value: (summary: Summary) => number) => ({
    name,
    points: points.map(({ size, summary }) => ({ x: size, y: value(summary) })),
  });
  const latency = [line('p50', ({ p50 }) => p50), line('p99', ({ p99 }) => p99)];
  if (grows === 'connections') {
    return [
      { title: `${title}: requests per second`, grows, lines: [line('req/s', ({ perSecond }) => perSecond)] },
      { title: `${title}: milliseconds`, grows, lines: latency },
    ];
  }
  const costs = [line('server', ({ serverCpu }) => serverCpu), line('with database', cpuOf)];
  return [
    { title: `${title}: µs of CPU per request`, grows, lines: costs },
    { title: `${title}: milliseconds`, grows, lines: latency },
  ];
}
