/**
 * Builds the package that resource servers install, `latchkey` with `latchkey/verifier`, into dist or the folder given.
 * It is not the server: its package.json names nothing but what the verifier needs.
 *
 *   npm run build
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? join(root, 'dist'));

rmSync(folder, { recursive: true, force: true });
const compiler = join(root, 'node_modules', '.bin', 'tsc');
execFileSync(compiler, ['-p', 'tsconfig.build.json', '--outDir', folder], { cwd: root, stdio: 'inherit' });
for (const file of readdirSync(join(folder, 'verifier')))
  if (file.endsWith('.d.ts')) nameOutput(join(folder, 'verifier', file));
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
copyFileSync(join(root, 'docs', 'verifying.md'), join(folder, 'README.md'));

function manifest() {
  const { name, version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    name,
    version,
    description: 'Verifies the access tokens of a Latchkey server, offline.',
    license,
    type: 'module',
    sideEffects: false,
    exports: { './verifier': { types: './verifier/index.d.ts', default: './verifier/index.js' } },
    files: ['verifier'],
    engines: { node: '>=22' },
    dependencies: { jose: dependencies.jose },
  };
}

/** The compiler turns './x.ts' into './x.js' in code, and leaves declarations, which older compilers do not follow. */
function nameOutput(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"));
}
