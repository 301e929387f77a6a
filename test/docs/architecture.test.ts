import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { plain, read, root, tableBelow } from './pages.ts';

const page = read('docs/architecture.md');
const pathsIn = (text: string) =>
  [...text.matchAll(/`((?:src|test|migrations|views|bench|examples|docs)\/[^`\s]*)`/g)].map(([, path = '']) => path);
const exists = (path: string) => existsSync(join(root, path));
const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).map((entry) =>
  entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`,
);

describe('docs/architecture.md', () => {
  it('names files and folders that exist', () => {
    expect(pathsIn(page).length).toBeGreaterThan(60);
    expect(pathsIn(page).filter((path) => !exists(path))).toEqual([]);
  });

  it('has every room of src in its table, once', () => {
    const listed = tableBelow(page, 'The rooms').flatMap(([room = '']) => pathsIn(room));

    expect(rooms.filter((room) => !listed.includes(room))).toEqual([]);
    expect(listed).toEqual([...new Set(listed)]);
  });

  it('leads from each subject to the file that decides, the one that writes and a spec', () => {
    const rows = tableBelow(page, 'Three opens');
    const cells = rows.map(([subject = '', decided = '', written = '', tested = '']) => ({
      subject,
      decided: pathsIn(decided).length,
      written: written === '– (pure)' || pathsIn(written).length === 1,
      tested: plain(tested),
    }));

    expect(cells.map(({ subject }) => subject)).toContain('a refresh');
    expect(cells.filter((row) => row.decided !== 1 || !row.written || !row.tested.endsWith('.test.ts'))).toEqual([]);
  });

  it('has a picture of rooms that are there, all but those that everybody may use', () => {
    const drawing = read('docs/pictures/rooms.svg');
    const words = [...drawing.matchAll(/<text [^>]*>([^<]+)<\/text>/g)]
      .flatMap(([, text = '']) => text.split(/ · |, /))
      .filter((word) => /^[a-z][a-z/-]*$/.test(word));
    const drawn = words.filter((word) => exists(`src/${word}`) || exists(`src/${word}.ts`));
    const parts = ['config', 'settings', 'generated-secrets', 'demo', 'listen', 'owned-files', 'texts', 'full-text'];

    expect(drawn).toEqual([...new Set(drawn)]);
    const names = rooms.map((room) => room.replace(/^src\/|\.ts$|\/$/g, ''));
    expect(names.filter((name) => !drawn.includes(name)).sort()).toEqual(parts.sort());
  });
});
