import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPostgres } from '../../src/db/connections/connection.ts';
import { migrateUp } from '../../src/db/migrator.ts';
import type { Options } from '../options.ts';
import { toColumns } from '../report/table.ts';
import type { Stage } from '../stage.ts';
import { environment, startLatchkey } from '../subjects/latchkey.ts';
import { nobody } from '../target.ts';
import { holdInterview } from './interview.ts';
import { allQuestions } from './questions.ts';
import { findingRows, isQuick, writePortal } from './report.ts';
import { seed } from './seed/seed.ts';
import { SMALL, WHOLE } from './size.ts';
import { assignTimes } from './times.ts';

const DATABASE = 'portal';

/** Every page of the portal and every operation of the admin API that reads, with many rows. @returns how many failed */
export async function measurePortal(stage: Stage, { quick, rounds }: Options): Promise<number> {
  const say = (text: string) => quick || console.log(text);
  const size = quick ? SMALL : WHOLE;
  const server = await startServer(stage);
  say('filling the database …');
  const ground = await seed(stage, server, size);
  const questions = await allQuestions(ground, String(size.apps - 13));
  say(`${questions.length} questions …`);
  const { findings, sent } = await holdInterview(stage, DATABASE, ground, questions, { rounds, times: quick ? 1 : 5 });
  await server.stop();
  assignTimes(server.logFile, sent);
  const wrong = findings.filter(({ error }) => error !== undefined);
  for (const { question, error } of wrong) console.error(`${question.caller.name}: ${question.path}: ${error}`);
  const slow = quick ? [] : findings.filter((finding) => !isQuick(finding));
  say(toColumns(findingRows(findings)));
  if (!quick && wrong.length === 0) writePortal(findings, ground.rows, rounds, stage.postgres.version);
  console.log(
    `bench: ${findings.length} pages and calls, ${wrong.length} failed${quick ? '' : `, ${slow.length} slow`}`,
  );
  return wrong.length + slow.length;
}

/** A server of its own, with a log of its own. */
async function startServer(stage: Stage) {
  const url = await stage.postgres.createDatabase(DATABASE);
  const env = environment(url);
  const database = openPostgres(url, 2, () => {});
  await migrateUp(database.db).finally(() => database.close());
  const folder = join(stage.folder, DATABASE);
  mkdirSync(folder);
  const installation = { database: DATABASE, env, known: nobody };
  const { target, program } = await startLatchkey({ folder }, installation);
  stage.manage(program);
  const logFile = join(folder, 'latchkey.log');
  return { url, target, masterKeys: env.MASTER_KEYS ?? '', logFile, stop: program.stop };
}
