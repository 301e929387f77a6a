import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { readConfig, type VariableName, variables } from '../../src/config.ts';
import { plain, read, tableBelow } from './pages.ts';

const names = Object.keys(variables) as VariableName[];
const asDocumented = names.map((name) => ({
  name: name as string,
  fallback: variables[name].fallback as string,
  meaning: variables[name].meaning as string,
}));
const secrets = names.filter((name) => 'secret' in variables[name]);

/** `.env.example` in the form of src/config.ts. Blocks of comments, each with its variable, apart by empty lines. */
function parseExample(text: string) {
  const [, ...blocks] = text.trim().split('\n\n');
  return blocks.map((block) => {
    const lines = block.split('\n');
    const assignment = /^#([A-Z_]+)=(.*)$/.exec(lines.at(-1) ?? '');
    const comments = lines.slice(0, -1).map((line) => line.replace(/^# /, ''));
    const note = (beginning: string) => comments.find((line) => line.startsWith(beginning));
    return {
      name: assignment?.[1] ?? block,
      value: assignment?.[2],
      fallback: note('Default: ')?.slice('Default: '.length),
      secretNote: note('Secret: '),
      meaning: comments.filter((line) => !/^(Default|Secret): /.test(line)).join(' '),
    };
  });
}

describe('the variables of src/config.ts', () => {
  const example = parseExample(read('.env.example'));

  it('are the ones of the README, with the same defaults and meanings', () => {
    const rows = tableBelow(read('README.md'), 'Configuration');

    expect(
      rows.map(([name, fallback, meaning]) => ({ name: plain(name), fallback: plain(fallback), meaning })),
    ).toEqual(asDocumented);
  });

  it('are the ones of .env.example, with the same defaults and meanings', () => {
    expect(example.map(({ name, fallback, meaning }) => ({ name, fallback, meaning }))).toEqual(asDocumented);
  });

  it('are commented out in .env.example with their defaults, where those can be written down', () => {
    const written = example.filter(({ fallback }) => !fallback?.startsWith('('));

    expect(written.map(({ name, value }) => [name, value])).toEqual(
      written.map(({ name, fallback }) => [name, fallback?.replace('PORT', variables.PORT.fallback)]),
    );
  });

  it('start as they are when .env.example is copied, and with every # taken away', () => {
    expect(readConfig(parseEnv(read('.env.example')))).toEqual(readConfig({}));
    expect(example.filter(({ value }) => !value)).toEqual([]);
  });

  it('have defaults that are true', () => {
    const defaults = readConfig({});
    const written = Object.fromEntries(
      example.filter(({ fallback }) => !fallback?.startsWith('(')).map(({ name, value }) => [name, value]),
    );

    expect(readConfig(written)).toEqual(defaults);
  });

  it('tell in .env.example and in the README which ones can be a file', () => {
    const paragraph = /## Configuration\n\n([\s\S]*?)\n\n/.exec(read('README.md'))?.[1] ?? '';

    expect(example.filter(({ secretNote }) => secretNote).map(({ name }) => name)).toEqual(secrets);
    for (const { name, secretNote } of example) if (secretNote) expect(secretNote).toContain(`${name}_FILE=`);
    for (const name of names) expect(paragraph.includes(`\`${name}\``)).toBe(secrets.includes(name));
  });
});
