import type { Example } from '../../views/models/components.ts';
import { bars } from '../charts/bars.ts';
import { spark } from '../charts/spark.ts';
import { inDay } from '../moments.ts';
import { CONTROLS } from './controls.ts';

const form = { values: { typed: 'Sales', wrong: 'x' }, problems: { wrong: 'A name has at least two letters.' } };
const HOUR = 3_600_000;
const start = Date.UTC(2026, 0, 5);
const points = Array.from({ length: 28 }, (_, index) => {
  const calls = Math.round(300 + 200 * Math.sin(index / 3));
  return { at: new Date(start + index * 6 * HOUR), calls, failures: index % 9 === 4 ? Math.round(calls / 3) : 0 };
});
const tabs = ['Overview', 'APIs', 'Settings'].map((label, index) => ({ label, href: '#', current: index === 0 }));
const ID = 'app_5dfef2a640bfb80ef4632e84';
const code = `curl -s 'https://auth.example.com/token' \\\n  -u '${ID}:SECRET' \\\n  -d grant_type=client_credentials`;
const node = `const answer = await fetch('https://auth.example.com/token', { method: 'POST' });\n// Five minutes from now it ends.\nconst { access_token } = await answer.json();`;

/** Every component in every state. The type of each model is the component's own. */
export const EXAMPLES: readonly Example[] = [
  {
    component: 'page-head',
    state: 'with a picture, facts, an action and tabs',
    model: {
      title: 'Sales dashboard',
      lead: 'Shows what was sold, by region and day.',
      picture: '/assets/latchkey.svg',
      facts: `<code>${ID}</code>`,
      action: { label: 'New app', href: '#', kind: 'primary' },
      tabsLabel: 'Of the example',
      tabs,
    },
  },
  { component: 'page-head', state: 'plain', model: { title: 'Teams' } },
  { component: 'tabs', state: 'one is current', model: { label: 'Alone', tabs } },
  {
    component: 'crumbs',
    state: 'two steps',
    model: {
      crumbs: [
        { href: '#', label: 'Apps' },
        { href: '#', label: 'Sales' },
      ],
    },
  },
  {
    component: 'panel',
    state: 'with a badge',
    model: {
      title: 'A real token',
      id: 'p1',
      badge: { tone: 'good', text: 'it works' },
      body: '<p>It lives for five minutes.</p>',
    },
  },
  {
    component: 'panel',
    state: 'for what ends something',
    model: { title: 'Stop or delete', id: 'p2', kind: 'danger-zone', body: '<p>A stopped app gets no tokens.</p>' },
  },
  {
    component: 'pairs',
    state: 'text, identifier, link, badge',
    model: {
      pairs: [
        { label: 'Team', value: 'Reporting' },
        { label: 'Client ID', value: ID, code: true },
        { label: 'Metadata', value: 'OpenID configuration', href: '#' },
        { label: 'State', value: '', badge: { tone: 'warn', text: 'ends soon' } },
      ],
    },
  },
  {
    component: 'table',
    state: 'with a count, sorted, one row over',
    model: {
      count: '3 of 128 apps',
      columns: [
        { label: 'App', href: '#', sorted: 'ascending' },
        { label: 'Team', href: '#' },
        { label: 'Calls', number: true },
        { label: 'Actions', hidden: true },
      ],
      rows: [
        {
          cells: [
            'Sales dashboard',
            'Reporting',
            '69,046',
            '<a href="#">Open<span class="unseen"> Sales dashboard</span></a>',
          ],
        },
        {
          cells: [
            'Nightly export',
            'Reporting',
            '312',
            '<a href="#">Open<span class="unseen"> Nightly export</span></a>',
          ],
        },
        { over: true, cells: ['Old importer', 'Payroll', '0', ''] },
      ],
    },
  },
  {
    component: 'search',
    state: 'one field',
    model: { action: '#', fields: [{ name: 's1', label: 'App', value: '', placeholder: 'Name or client ID' }] },
  },
  { component: 'pages', state: 'in the middle', model: { first: '#', next: '#' } },
  {
    component: 'empty',
    state: 'with what to do',
    model: {
      icon: 'boxes',
      title: 'No apps yet',
      text: 'Register the first one: it takes a minute.',
      action: { label: 'New app', href: '#', kind: 'primary' },
    },
  },
  { component: 'form-problem', state: 'of a refused form', model: { form } },
  {
    component: 'field',
    state: 'filled',
    model: { form, name: 'typed', label: 'Name', hint: 'What people read.', required: true },
  },
  { component: 'field', state: 'refused', model: { form, name: 'wrong', label: 'Name', required: true } },
  {
    component: 'field',
    state: 'of several lines, optional',
    model: { form, name: 'lines', label: 'Description', rows: 3 },
  },
  {
    component: 'select',
    state: 'three options',
    model: {
      name: 'team',
      label: 'Team',
      options: ['Reporting', 'Payroll', 'Demo'].map((label) => ({ value: label, label, chosen: label === 'Payroll' })),
    },
  },
  {
    component: 'choices',
    state: 'one chosen',
    model: {
      legend: 'What is it for?',
      name: 'purpose',
      options: [
        { value: 'machine', label: 'Machine', sentence: 'A program that calls APIs on its own behalf.', chosen: true },
        {
          value: 'web',
          label: 'Web app',
          sentence: 'A site with a server of its own, where people sign in.',
          chosen: false,
        },
      ],
    },
  },
  {
    component: 'scope-picker',
    state: 'one picked, one that waits for approval',
    model: {
      legend: 'Scopes',
      prefix: 'e1',
      scopes: [
        { name: 'reports:read', description: 'Read reports', checked: true, hint: 'Usable at once.' },
        {
          name: 'reports:write',
          description: 'Create and change reports',
          checked: false,
          badge: { tone: 'warn', text: 'needs approval' },
        },
      ],
    },
  },
  {
    component: 'scope-picker',
    state: 'refused',
    model: {
      legend: 'Scopes',
      prefix: 'e2',
      scopes: [{ name: 'orders:read', description: 'Read orders', checked: false }],
      problem: 'Pick at least one.',
    },
  },
  ...CONTROLS,
  { component: 'colors', state: 'those of the system', model: { theme: 'system', here: '/development/components' } },
  { component: 'identifier', state: 'of an app', model: { value: ID, what: 'client ID' } },
  {
    component: 'identifier',
    state: 'of an API, with joints',
    model: { value: 'https://sales.internal.example.com/api/v2/regions', what: 'identifier' },
  },
  { component: 'code', state: 'highlighted', model: { code: node, label: 'Node', language: 'javascript' } },
  {
    component: 'code-tabs',
    state: 'two languages',
    model: {
      name: 'e3',
      legend: 'Language of the example',
      tabs: [
        { label: 'curl', how: 'Paste it into a terminal.', code, language: 'bash' },
        { label: 'JavaScript', how: 'Save it as token.mjs.', code: node, language: 'javascript' },
      ],
    },
  },
  {
    component: 'secret',
    state: 'shown once',
    model: {
      words: 'Copy it now: it is shown this once.',
      value: 'lks_sga5Ggj_x4gADLC6HJtACPUTDS',
      label: 'An example of a secret',
    },
  },
  { component: 'stat', state: 'plain', model: { figure: '69,046', label: 'calls in 7 days' } },
  { component: 'stat', state: 'bad', model: { figure: '44 %', label: 'of all calls failed', tone: 'bad' } },
  { component: 'chart', state: 'a week, with failures', model: bars(points, inDay) },
  {
    component: 'spark',
    state: 'a week',
    model: spark(
      points.map(({ calls }) => calls),
      'Between 100 and 500 calls.',
    ),
  },
  {
    component: 'timeline',
    state: 'plain, good, bad',
    model: {
      events: [
        { text: 'Ada rotated a secret of Sales dashboard', ago: '2 minutes ago' },
        { text: 'Payroll approved reports:read', ago: '3 hours ago', tone: 'good' },
        { text: 'Nightly export was refused 31 times', ago: 'yesterday', tone: 'bad' },
      ],
    },
  },
];
