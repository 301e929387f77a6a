import type { Command } from 'commander';
import { diagnose, isAsBadAs, RULES, SEVERITIES } from '../../doctor/diagnose.ts';
import { examine } from '../../doctor/examine/examine.ts';
import type { Finding, Severity } from '../../doctor/rule.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { choice } from '../option-values.ts';
import { examples, printable } from '../output.ts';

interface Options {
  readonly failOn: Severity;
  readonly json?: boolean;
}

/** Of one kind; the others are counted, and listed with --json. */
const MOST_SHOWN = 10;
const SICK = 1;

export function addDoctorCommand(program: Command, line: CommandLine): void {
  withJson(program.command('doctor').description('look for what is unsafe or left over in settings and database'))
    .addOption(
      choice('--fail-on <severity>', 'end with 1 when something this bad is found, or worse', SEVERITIES).default(
        'error',
      ),
    )
    .addHelpText('after', '\nIt changes nothing. docs/cli.md lists what it looks for.')
    .addHelpText('after', examples('doctor', 'doctor --fail-on warning --json'))
    .action((options: Options) => doctor(line, options));
}

async function doctor(line: CommandLine, options: Options): Promise<void> {
  const snapshot = await line.withUnmigratedDatabase((db, { config }) => examine(db, config, () => line.by().now));
  const findings = diagnose(snapshot);
  if (isAsBadAs(findings, options.failOn)) line.endWith(SICK);
  line.answer(options, { json: { findings, checked: RULES.length }, text: describe(findings) });
}

const WORDS: Record<Severity, string> = { error: 'ERROR', warning: 'WARNING', note: 'note' };

function describe(findings: readonly Finding[]): string {
  const parts = [...Map.groupBy(findings, ({ id }) => id).values()].map(describeKind);
  const counts = SEVERITIES.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return [...parts, `${RULES.length} checks: ${counts.join(', ')}.`].join('\n\n');
}

/** What was found, then once why it matters and how to mend it. */
function describeKind(findings: readonly Finding[]): string {
  const [first] = findings;
  if (!first) return '';
  const more = findings.length - MOST_SHOWN;
  return [
    `${WORDS[first.severity]}  ${first.id}`,
    ...findings.slice(0, MOST_SHOWN).map(({ what }) => `  ${printable(what)}`),
    ...(more > 0 ? [`  … and ${more} more (--json lists all).`] : []),
    `  Why: ${first.why}`,
    `  Fix: ${first.fix}`,
  ].join('\n');
}
