import type { ButtonView, Example } from '../../views/models/components.ts';

const BUTTONS: readonly ButtonView[] = [
  { label: 'Create the app', kind: 'primary', icon: 'plus' },
  { label: 'Save' },
  { label: 'Cancel', kind: 'plain', href: '#' },
  { label: 'Delete', kind: 'danger' },
  { label: 'Delete it for good', kind: 'danger final' },
  { label: 'Rotate', kind: 'small' },
  { label: '7 days', kind: 'small', href: '#', current: true },
];

const buttons = BUTTONS.map((model): Example => ({ component: 'button', state: model.kind ?? 'ordinary', model }));

/** What one presses, and what answers. */
export const CONTROLS: readonly Example[] = [
  ...buttons,
  ...(['', 'good', 'warn', 'bad'] as const).map(
    (tone): Example => ({ component: 'badge', state: tone || 'plain', model: { tone, text: tone || 'machine' } }),
  ),
  {
    component: 'badges',
    state: 'two',
    model: {
      badges: [
        { tone: 'bad', text: 'stopped' },
        { tone: '', text: 'first-party' },
      ],
    },
  },
  { component: 'notice', state: 'done', model: { tone: 'done', text: 'The secret is revoked.' } },
  {
    component: 'notice',
    state: 'advice',
    model: { tone: 'advice', text: 'Rotate it before it ends, and nothing breaks.' },
  },
  { component: 'notice', state: 'problem', model: { tone: 'problem', text: 'Someone else has changed it meanwhile.' } },
  {
    component: 'confirmation',
    state: 'names the thing, and what stops',
    model: {
      action: '#',
      hidden: {},
      consequences: ['Sales dashboard gets no tokens from now on.', 'Tokens that it holds are refused at once.'],
      form: { values: {}, problems: {} },
      typed: 'Sales dashboard',
      button: 'Stop Sales dashboard',
      cancel: '#',
    },
  },
  {
    component: 'menu',
    state: 'closed',
    model: {
      label: 'More of Sales dashboard',
      icon: 'ellipsis',
      hidden: true,
      items: [
        { href: '#', label: 'Settings', icon: 'sliders-horizontal' },
        { href: '#', label: 'Stop the app', danger: true },
      ],
    },
  },
  { component: 'copy-button', state: 'with its word', model: { what: 'nothing', label: 'Copy' } },
  { component: 'avatar', state: 'of a person', model: { name: 'Ada Lovelace' } },
  { component: 'avatar', state: 'of an app', model: { name: 'Sales', square: true } },
  { component: 'avatar', state: 'a picture', model: { name: 'Sales', picture: '/assets/latchkey.svg', square: true } },
  {
    component: 'who',
    state: 'who is signed in',
    model: { account: { name: 'Ada Lovelace', email: 'ada@example.com' } },
  },
  { component: 'pick', state: 'of a row', model: { value: 'one', name: 'Sales dashboard' } },
  {
    component: 'bulk',
    state: 'two actions',
    model: {
      action: '#',
      csrf: '',
      buttons: [
        { label: 'Approve', kind: 'small' },
        { label: 'Deny', kind: 'small danger' },
      ],
    },
  },
];
