import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

export default async function tearDown(): Promise<void> {
  await globalThis.testPgBouncer?.stop();
  await globalThis.testPostgres?.stop();
  if (process.env.TEST_TEMPLATE) rmSync(dirname(process.env.TEST_TEMPLATE), { recursive: true, force: true });
}
