import { expect, it } from '@jest/globals';
import { CLIENT_TYPES } from '../../src/clients/purposes.ts';
import { settings } from '../../src/clients/settings/settings.ts';
import { toSnake } from '../../src/json-names.ts';
import { read } from './pages.ts';

/** As docs/portal.md has it, made from the table of the settings. */
const rows = settings.map(([name, setting]) => {
  const { option, whenNew, isFor, meaning } = setting;
  const label = 'by' in setting ? '–' : setting.label();
  const types = CLIENT_TYPES.filter(isFor);
  const whose = types.length === CLIENT_TYPES.length ? 'all' : types.join(', ');
  const first = Array.isArray(whenNew)
    ? whenNew.map((one) => `\`${one}\``).join(' ') || 'none'
    : whenNew === null || whenNew === ''
      ? '–'
      : `\`${whenNew}\``;
  return `| ${label} | \`${toSnake(name)}\` | \`${option}\` | ${first} | ${whose} | ${meaning} |`;
});

it('the table of settings in docs/portal.md is what the server does', () => {
  const table = /^\| In the portal \| .*\n\|[-|]*\|\n((?:\|.*\n)*)/m.exec(read('docs/portal.md'))?.[1] ?? '';
  expect(table.trim().split('\n')).toEqual(rows);
});
