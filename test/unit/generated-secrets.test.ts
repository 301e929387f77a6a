import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { resolveSecrets } from '../../src/generated-secrets.ts';
import { createWhole, writeWhole } from '../../src/owned-files.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'));
  file = join(folder, 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const resolve = (hasKeys = false) => resolveSecrets(readConfig({ DATA_DIR: folder }), hasKeys);

describe('generated secrets', () => {
  it('are made once, for this account alone, and found again', () => {
    const made = resolve();
    expect(made.masterKeys).toHaveLength(1);
    expect(made.cookieKeys[0]).toMatch(/^.{64}$/);
    expect(resolve(true)).toEqual(made);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });

  it.each([
    ['', 'empty'],
    ['\n', 'empty'],
    ['{"masterKeys":"generated:', 'damaged'],
    ['{}', 'damaged'],
    ['null', 'damaged'],
    [JSON.stringify({ masterKeys: 'generated:AAAA', cookieKeys: 'c'.repeat(64) }), 'damaged'],
    [JSON.stringify({ masterKeys: `generated:${'A'.repeat(43)}=`, cookieKeys: '' }), 'damaged'],
  ])('that are cut off are refused and stay as they are: %j', (content, word) => {
    writeFileSync(file, content);
    for (const hasKeys of [false, true]) {
      expect(() => resolve(hasKeys)).toThrow(
        `DATA_DIR: ${file} is ${word}, as a full disk may leave it; restore it from a backup, or delete it if this server never worked`,
      );
    }
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('are not made where the database has keys', () => {
    expect(() => resolve(true)).toThrow(/^DATA_DIR: has no .*secrets.json, and the database has keys/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are made for cookies where the master keys are given, whatever the database has', () => {
    const MASTER_KEYS = `given:${'A'.repeat(43)}=`;
    const made = resolveSecrets(readConfig({ DATA_DIR: folder, MASTER_KEYS }), true);
    expect(made.masterKeys.map(({ id }) => id)).toEqual(['given']);
    expect(made.cookieKeys[0]).toMatch(/^.{64}$/);
  });

  it('are not made in place of what cannot be read', () => {
    mkdirSync(file);
    expect(() => resolve()).toThrow(/^DATA_DIR: .*secrets.json cannot be read \(EISDIR/);
  });
});

describe('a file that is written whole', () => {
  it('replaces one, or is created where there is none', () => {
    expect(createWhole(file, 'one')).toBe(true);
    expect(createWhole(file, 'two')).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('one');
    writeWhole(file, 'three');
    expect(readFileSync(file, 'utf8')).toBe('three');
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });

  it('is as it was, and nothing beside it, when the disk takes no more', () => {
    writeWhole(file, 'before');
    const modules = new URL('../../src/owned-files.ts', import.meta.url).href;
    const text = "'x'.repeat(1_000_000)";
    const attempt = (call: string) =>
      `try { ${call}; process.exit(3) } catch (error) { process.exit(error.code === 'EFBIG' ? 0 : 4) }`;
    const names = ['writeWhole', 'createWhole'];
    for (const [index, name] of names.entries()) {
      const target = index === 0 ? file : join(folder, 'other.json');
      const code = `process.on('SIGXFSZ', () => {}); const { ${name} } = await import('${modules}'); ${attempt(`${name}('${target}', ${text})`)}`;
      // No file of this process may be larger than 100 kB.
      const child = spawnSync('bash', [
        '-c',
        'ulimit -f 100; exec "$0" --input-type=module -e "$1"',
        process.execPath,
        code,
      ]);
      expect(child.status).toBe(0);
    }
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });
});
