import type { Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { has, type Installation, startLatchkey } from './subjects/latchkey.ts';
import type { Subject, SubjectName, Surroundings } from './subjects/subject.ts';
import {
  startBetterAuth,
  startFloor,
  startHttp,
  startKoa,
  startOauth2Server,
  startOidcProvider,
  startPasswordHash,
} from './subjects/yardsticks.ts';

const yardsticks: Partial<Record<SubjectName, (around: Surroundings) => Promise<Subject>>> = {
  'node:http': startHttp,
  Koa: startKoa,
  floor: startFloor,
  'password hash': startPasswordHash,
  'oidc-provider': startOidcProvider,
  'oauth2-server': startOauth2Server,
  'better-auth': startBetterAuth,
};

/** Starts the server and the yardsticks that are wanted. All run during the whole of the run. */
export async function startSubjects(
  stage: Stage,
  installation: Installation,
  wanted: (name: SubjectName) => boolean,
): Promise<Subject[]> {
  const around = { ...stage, manyClients: installation.known.machines.length - 1 };
  const starting: Promise<Subject>[] = [];
  if (wanted('latchkey')) {
    starting.push(startLatchkey(stage, installation));
    if (has('EXPRESS_LANE')) {
      const off = { name: 'latchkey, lane off', extra: { EXPRESS_LANE: 'off' } } as const;
      starting.push(startLatchkey(stage, installation, off));
    }
  }
  for (const [name, start] of Object.entries(yardsticks)) {
    if (wanted(name as SubjectName)) starting.push(start(around));
  }
  const started = await Promise.allSettled(starting);
  const subjects = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  for (const { program } of subjects) stage.manage(program);
  const failure = started.find((start) => start.status === 'rejected');
  if (failure) throw failure.reason;
  return subjects;
}

/** Who takes part in a scenario, the server first. */
export function castOf(scenario: Scenario, subjects: readonly Subject[]): Subject[] {
  const names: SubjectName[] = ['latchkey', ...(scenario.bothLanes ? (['latchkey, lane off'] as const) : [])];
  return subjects.filter(({ name }) => names.includes(name) || scenario.yardsticks.includes(name));
}
