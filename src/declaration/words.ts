import type { Change, FieldChange } from './plan/change.ts';
import { digestOfPlan, type Plan } from './plan/plan.ts';

const SIGNS = { create: '+', change: '~', remove: '-' } as const;

/** What changes, a line for each thing, and in the end how many. */
export function describePlan(plan: Plan, { dryRun }: { dryRun: boolean }): string {
  const { changes, left } = plan;
  const said = changes.filter(({ isSilent }) => !isSilent);
  const lines = said.map((change) => `${SIGNS[change.action]} ${describeChange(change)}`);
  if (lines.length > 0) lines.push('');
  lines.push(said.length === 0 ? 'Nothing to do.' : `${count(said)}${dryRun ? ' Nothing was changed.' : ''}`);
  if (left.length > 0) {
    lines.push('', 'Not in the file, and left as it is (--prune removes it):');
    lines.push(...left.map(({ subject }) => `  ${subject}`));
  }
  if (dryRun && said.length > 0) lines.push('', `To do this and nothing else, add: --plan ${digestOfPlan(plan)}`);
  return lines.join('\n');
}

export function describeChange({ subject, fields = [], note }: Change): string {
  const details = fields.map(describeField).join('; ');
  return `${subject}${details ? `: ${details}` : ''}${note ? ` (${note})` : ''}`;
}

const describeField = ({ name, from, to }: FieldChange) =>
  from === null ? `${name} ${inWords(to)}` : `${name} ${inWords(from)} → ${inWords(to)}`;

function inWords(value: unknown): string {
  if (value === null || value === '') return '(none)';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(' ');
  if (typeof value === 'object')
    return 'keys' in value && Array.isArray(value.keys) ? keysInWords(value.keys) : '(a set)';
  return typeof value === 'string' && /\s/.test(value) ? `“${value}”` : String(value);
}

const keysInWords = (keys: readonly { kid?: unknown }[]) =>
  `${keys.length} key${keys.length === 1 ? '' : 's'}${keys.some(({ kid }) => kid) ? ` (${keys.map(({ kid }) => kid ?? 'unnamed').join(' ')})` : ''}`;

function count(changes: readonly Change[]): string {
  const of = (action: Change['action']) => changes.filter((change) => change.action === action).length;
  return `${of('create')} to create, ${of('change')} to change, ${of('remove')} to remove.`;
}

/** The same for programs. */
export function presentPlan(plan: Plan, { dryRun }: { dryRun: boolean }) {
  const { changes, left } = plan;
  const present = ({ action, what, subject, fields = [], note }: Change) => ({
    action,
    what,
    subject,
    fields,
    note: note ?? null,
  });
  return {
    dry_run: dryRun,
    plan: digestOfPlan(plan),
    changes: changes.filter(({ isSilent }) => !isSilent).map(present),
    left: left.map(({ what, subject }) => ({ what, subject })),
  };
}
