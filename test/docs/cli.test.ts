import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import type { CommandLine } from '../../src/cli/command-line.ts';
import { createProgram } from '../../src/cli/program.ts';
import { runCommand } from '../../src/cli/run.ts';
import { RULES } from '../../src/doctor/diagnose.ts';
import { fenced, pages, plain, read, tableBelow } from './pages.ts';

const page = read('docs/cli.md');
const texts: string[] = [];
const io = { stdout: (text: string) => texts.push(text), stderr: () => {} };
const program = createProgram({ io } as unknown as CommandLine);

// Nobody listens on port 1; on the usual port someone may have a server of their own.
const never = { env: { DATA_DIR: '/nonexistent', PORT: '1' }, colours: false, wait: async () => {} };
const reading = { readStdin: async () => '', readFile: async () => '{}', readBytes: async () => '' };
const nothing = async () => {
  throw new Error('understood');
};

/** Commands that do something, each with the words that lead to it. */
const commands = leaves(program, []);

function leaves(command: Command, path: readonly string[]): { path: readonly string[]; command: Command }[] {
  const below = command.commands.filter((one) => one.name() !== 'help');
  if (below.length === 0) return [{ path, command }];
  return below.flatMap((one) => leaves(one, [...path, one.name()]));
}

const isAlias = (path: readonly string[]) => path[0] === 'app' && path[1] === 'secret';

describe('docs/cli.md', () => {
  it('lists every command with the words of its --help', () => {
    const rows = tableBelow(page, 'Every command').map(([command, what]) => [plain(command), what]);

    expect(rows).toEqual(
      commands
        .filter(({ path }) => !isAlias(path))
        .map(({ path, command }) => {
          const names = command.registeredArguments.map((argument) => `<${argument.name()}>`);
          return [[...path, ...names].join(' '), command.description()];
        }),
    );
  });

  it('lists what the doctor looks for', () => {
    const rows = tableBelow(page, 'The doctor').map(([id, severity, title]) => [plain(id), severity, title]);

    expect(rows).toEqual(RULES.map(({ id, severity, title }) => [id, severity, title]));
  });

  it('tells the exit codes', () => {
    expect(tableBelow(page, 'In scripts').map(([code]) => code)).toEqual(['0', '1', '2']);
  });
});

describe('every command', () => {
  it.each(commands.map(({ path, command }) => [path.join(' '), command] as const))('%s has --json', (name, command) => {
    const has = command.options.some((option) => option.long === '--json');
    // The schema is JSON in any case.
    expect(has || name === 'schema').toBe(true);
  });

  it.each(commands.map(({ path, command }) => [path.join(' '), command] as const))(
    '%s marks what is required, and nothing else, in its --help',
    async (name, command) => {
      texts.length = 0;
      command.outputHelp();
      const lines = texts.join('').split(/\n(?= {2}-)/);
      const marked = lines.flatMap((text) => (/\(required\)/.test(text) ? [/--[\w-]+/.exec(text)?.[0] ?? text] : []));
      const values = command.registeredArguments.map((argument) => argument.argChoices?.[0] ?? 'x');

      expect(marked).toEqual(await missedBy([...name.split(' '), ...values]));
    },
  );

  it('takes no secret as an option or argument', () => {
    const flags = commands.flatMap(({ command }) => command.options.map((option) => option.flags));
    expect(flags.filter((flag) => /--(\S+-)?(password|secret|token|key|code)s? </.test(flag))).toEqual([]);
  });
});

/** The options that a command asks for, one after the other, until it is understood. */
async function missedBy(words: readonly string[]): Promise<string[]> {
  const missed: string[] = [];
  for (const given = [...words]; ; ) {
    let said = '';
    const telling = { ...io, stderr: (text: string) => (said += text) };
    if ((await runCommand(given, { ...telling, ...never, ...reading }, nothing)) !== 2) return missed;
    const [, option, value] = /required option '(?:-\w, )?(--[\w-]+)( <.*>)?' not specified/.exec(said) ?? [];
    if (!option) return missed;
    missed.push(option);
    given.push(option, ...(value ? [VALUES[option] ?? 'x'] : []));
  }
}

/** Options that do not take just any text. */
const VALUES: Readonly<Record<string, string>> = { '--type': 'machine', '--alg': 'ES256', '--reason': 'superseded' };

/** The commands that are shown to people to copy: in pages, and in the examples of --help. */
const shown = [
  ...pages().flatMap((file) => fenced(read(file), 'sh').flatMap(commandsIn)),
  ...commands.flatMap(({ command }) => {
    texts.length = 0;
    command.outputHelp();
    return [...texts.join('').matchAll(/^ {2}\$ (npx latchkey .*)$/gm)].flatMap(([, example = '']) =>
      commandsIn(example),
    );
  }),
];

function commandsIn(text: string): string[] {
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  return lines.filter((line) => line.startsWith('npx latchkey ')).map((line) => line.slice('npx latchkey '.length));
}

/** As a shell would, as far as our examples need one. */
const wordsOf = (command: string) =>
  [...command.replace(/ ([<>]|#) .*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, word]) => quoted ?? word ?? '',
  );

/** Parses a command and stops before it does anything. @returns the exit code */
function parse(command: string): Promise<number> {
  return runCommand(wordsOf(command), { ...io, ...never, ...reading }, nothing);
}

it('finds the examples', () => {
  expect(shown.length).toBeGreaterThan(80);
});

it.each(shown)('is understood: latchkey %s', async (command) => {
  expect(await parse(command)).not.toBe(2);
});
