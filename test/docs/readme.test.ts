import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errorCodes } from '../../src/errors.ts';
import { lifetimes } from '../../src/tokens/issue/lifetimes.ts';
import { fenced, pages, plain, read, root, tableBelow } from './pages.ts';

const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
const readme = read('README.md');
const tree = parseTree(fenced(readme, 'text').find((block) => block.startsWith('src/')) ?? '');

describe('the README', () => {
  it('lists the error codes of src/errors.ts', () => {
    const rows = tableBelow(readme, 'Errors');

    expect(rows.map(([code, status, message, json]) => [plain(code), Number(status), message, plain(json)])).toEqual(
      Object.entries(errorCodes).map(([code, entry]) => [
        code,
        entry.status,
        entry.message,
        'oauth' in entry ? entry.oauth : code,
      ]),
    );
  });

  it('tells the lifetimes of src/tokens/lifetimes.ts', () => {
    const lives = Object.fromEntries(
      tableBelow(readme, 'How long things live').map(([what = '', life]) => [what, life]),
    );

    expect(lives).toEqual({
      'Authorization code': `${inWords(lifetimes.authorizationCode)}, one use`,
      'Device code and its user code': `${inWords(lifetimes.deviceCode)}, one use`,
      'Access token for an API': '5 minutes, unless the API says otherwise (30 seconds to 1 day)',
      'Access token for UserInfo': inWords(lifetimes.accessToken),
      'ID token': inWords(lifetimes.idToken),
      'Refresh token': `${inWords(lifetimes.refreshIdle)} unused, one use; its family ends ${inWords(lifetimes.refreshAbsolute)} after the consent`,
      'A sign-in under way': inWords(lifetimes.interaction),
      'Single sign-on session': `${inWords(lifetimes.sessionIdle)} unused, ${inWords(lifetimes.sessionAbsolute)} in all`,
    });
  });

  it('lists every npm script, and no other', () => {
    const listed = tableBelow(readme, 'Commands').map(([command]) => plain(command).replace(/^npm (run )?/, ''));

    expect(listed.sort()).toEqual([...scripts].sort());
  });

  it('lists every example', () => {
    const listed = tableBelow(readme, 'Examples').map(([file]) => /\[(.*)\]/.exec(file ?? '')?.[1]);
    const shared = ['demo.ts'];

    expect([...listed, ...shared].sort()).toEqual(readdirSync(join(root, 'examples')).sort());
  });

  it('shows folders and files that exist', () => {
    expect(tree.length).toBeGreaterThan(10);
    expect(tree.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('leaves no folder of src out', () => {
    expect(folders('src').filter((folder) => !tree.includes(`src/${folder}/`))).toEqual([]);
  });
});

describe.each(pages())('%s', (page) => {
  const markdown = read(page);

  it('has no link that leads nowhere', () => {
    const links = [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    const broken = links.filter((target) => !/^https?:/.test(target)).filter((target) => !leadsSomewhere(page, target));

    expect(broken).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const named = [
      ...markdown.matchAll(/`((?:src|test|docs|bench|examples|migrations|views|scripts|\.ci)\/[^`\s]*)`/g),
    ];

    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const commands = [...fenced(markdown, 'sh'), ...[...markdown.matchAll(/`(npm [^`\n]+)`/g)].map(([, code]) => code)];
    const named = commands.flatMap((command) =>
      [...(command ?? '').matchAll(/npm (?:run (?:--\S+ )*(\S+)|(start|test)\b)/g)].map(
        ([, run, short]) => run ?? short,
      ),
    );

    expect(named.filter((name) => !scripts.includes(name ?? ''))).toEqual([]);
  });
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path ? join(dirname(page), path) : page;
  if (!existsSync(join(root, file))) return false;
  if (anchor === undefined) return true;
  const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings
    .map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    .includes(anchor);
}

/** The paths of a drawn tree: two levels, the second one indented. */
function parseTree(drawing: string): string[] {
  let top = '';
  return [...drawing.matchAll(/^( *)(\S+)/gm)].map(([, indent, path = '']) => {
    if (indent) return join(top, path);
    top = path;
    return path;
  });
}

function folders(of: string): string[] {
  return readdirSync(join(root, of), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function inWords(seconds: number): string {
  const units: [string, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ];
  const [name, size] = units.find(([, length]) => seconds % length === 0) ?? ['second', 1];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
