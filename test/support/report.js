import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * A Jest reporter beside the usual one: notes in TEST_REPORT when a spec file begins and ends, a line of JSON each, so that
 * scripts/test.ts can name those that stand still, and those that are slow. Plain JavaScript, for Jest loads it itself.
 */
export default class Report {
  #root;

  constructor({ rootDir }) {
    this.#root = rootDir;
  }

  onTestFileStart({ path }) {
    this.#note({ began: this.#name(path) });
  }

  onTestFileResult({ path }, { perfStats, numPassingTests, numFailingTests, testExecError }) {
    const failed = numFailingTests + (testExecError && numFailingTests === 0 ? 1 : 0);
    const seconds = (perfStats.end - perfStats.start) / 1000;
    this.#note({ ended: this.#name(path), seconds, passed: numPassingTests, failed });
  }

  #name(path) {
    return relative(this.#root, path);
  }

  #note(line) {
    appendFileSync(process.env.TEST_REPORT ?? '', `${JSON.stringify(line)}\n`);
  }
}
