import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Installs the yardsticks' packages, which are not the server's, unless they are there. @throws with npm's words */
export function installPackages(): void {
  const installed = `${folder}node_modules/.package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${folder}package-lock.json`).mtimeMs) return;
  console.log('installing the packages of the yardsticks');
  const npm = spawnSync('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund'], { encoding: 'utf8' });
  if (npm.status !== 0) throw new Error(`npm ci --prefix bench failed: ${npm.stderr}`);
}

/** The installed version of a package: the server's or, where it has none of that name, the bench's. */
export function versionOf(name: string): string {
  const files = ['../node_modules', 'node_modules'].map((place) => `${folder}${place}/${name}/package.json`);
  const file = files.find((path) => existsSync(path));
  return file ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : 'not installed';
}
