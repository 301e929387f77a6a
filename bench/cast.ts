import type { Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { has, install, startLatchkey } from './subjects/latchkey.ts';
import type { Subject, SubjectName, Surroundings } from './subjects/subject.ts';
import { startHttp, startKoa, startOidcProvider } from './subjects/yardsticks.ts';

const yardsticks: Partial<Record<SubjectName, (around: Surroundings) => Promise<Subject>>> = {
  'node:http': startHttp,
  Koa: startKoa,
  'oidc-provider': startOidcProvider,
};

/** Starts the server and the yardsticks that the scenarios want. All run during the whole of the run. */
export async function startSubjects(
  stage: Stage,
  wanted: (name: SubjectName) => boolean,
  manyClients: number,
): Promise<Subject[]> {
  const around = { ...stage, manyClients };
  const subjects: Subject[] = [];
  const add = (subject: Subject) => {
    stage.manage(subject.program);
    subjects.push(subject);
  };
  if (wanted('latchkey')) {
    const installation = await install(stage.postgres, 'latchkey', manyClients);
    add(await startLatchkey(stage, installation));
    if (has('EXPRESS_LANE')) {
      add(await startLatchkey(stage, installation, { name: 'latchkey, lane off', extra: { EXPRESS_LANE: 'off' } }));
    }
  }
  for (const [name, start] of Object.entries(yardsticks)) {
    if (wanted(name as SubjectName)) add(await start(around));
  }
  return subjects;
}

/** Who takes part in a scenario, the server first. */
export function castOf(scenario: Scenario, subjects: readonly Subject[]): Subject[] {
  const names: SubjectName[] = ['latchkey', ...(scenario.bothLanes ? (['latchkey, lane off'] as const) : [])];
  return subjects.filter(({ name }) => names.includes(name) || scenario.yardsticks.includes(name));
}
