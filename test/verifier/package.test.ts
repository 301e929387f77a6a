import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
/** The oldest line of Node.js that the package is for. */
const NODE_22 = `node-${process.platform}-${process.arch}@22.23.3`;

let folder: string;
let built: string;
let project: string;

/** Builds the package and installs its tarball into an empty project, as anyone would. It needs the registry. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-package-'));
  built = join(folder, 'dist');
  project = join(folder, 'project');
  await run(process.execPath, [join(root, 'scripts', 'build-package.ts'), built]);
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: built });
  const consumer = await readFile(join(root, 'test', 'verifier', 'consumer.ts'), 'utf8');
  await mkdir(project);
  await writeFile(join(project, 'consumer.ts'), consumer.replace('../../src/verifier/index.ts', 'latchkey/verifier'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const packages = [join(folder, stdout.trim()), NODE_22];
  const quietly = ['--no-audit', '--no-fund', '--prefer-offline', '--silent'];
  await run('npm', ['install', '--save-exact', ...quietly, ...packages], { cwd: project });
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('depends on jose only, in exactly the version that was tested', async () => {
    const manifest = JSON.parse(await readFile(join(built, 'package.json'), 'utf8'));
    const own = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      name: 'latchkey',
      version: own.version,
      type: 'module',
      license: own.license,
      engines: { node: '>=22' },
      dependencies: { jose: own.dependencies.jose },
    });
    expect(manifest.private).toBeUndefined();
    const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { cwd: project });
    const installed = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((path) => path.split('node_modules/').at(-1));
    expect(installed.filter((name) => !name?.startsWith('node-')).sort()).toEqual(['jose', 'latchkey']);
  });

  it('fits its declarations, with strict settings and nothing skipped', async () => {
    const options = {
      strict: true,
      exactOptionalPropertyTypes: true,
      module: 'nodenext',
      target: 'es2024',
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      outDir: 'out',
    };
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }),
    );
    const compiled = await run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'], { cwd: project }).catch(
      (error) => error,
    );
    expect(compiled.stdout).toBe('');
  });

  it('verifies a good and a bad token on Node.js 22', async () => {
    const { stdout } = await run(join(project, 'node_modules', '.bin', 'node'), ['out/consumer.js'], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({ node: 'v22.23.3', sub: 'a', status: 401, answer: 'a' });
  });
});
