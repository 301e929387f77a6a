import { existsSync, readFileSync } from 'node:fs';
import type { Turns } from '../measure/apps.ts';
import type { Memory } from '../measure/memory.ts';
import type { Starts } from '../measure/starts.ts';
import { cpuOf, type Summary } from '../measure/summary.ts';
import type { Scaling } from '../measure/workers.ts';
import type { SubjectName } from '../subjects/subject.ts';
import { spreadOf } from './floors.ts';
import { rounded } from './table.ts';

export interface Findings {
  readonly summaries: readonly Summary[];
  readonly starts: Starts | undefined;
  readonly scaling: Scaling | undefined;
  readonly memory: readonly Memory[] | undefined;
  readonly turns: readonly Turns[] | undefined;
}

interface Verdict {
  readonly scenario: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean | undefined;
}

const HEADER = ['scenario', 'goal', 'measured', 'verdict'];

/** All goals, or only those that something was measured of. */
export function goalRows(findings: Findings, { all = true } = {}): string[][] {
  const verdicts = judgeAll(findings).filter(({ met }) => all || met !== undefined);
  return [
    HEADER,
    ...verdicts.map(({ scenario, goal, measured, met }) => [
      scenario,
      goal,
      measured,
      met === undefined ? 'not judged' : met ? 'met' : '**missed**',
    ]),
  ];
}

function judgeAll(findings: Findings): Verdict[] {
  const lane = pick(findings, 'client-credentials-es256', 'latchkey, lane off') !== undefined;
  const throughProvider = lane ? 'latchkey, lane off' : 'latchkey';
  return [
    ratio(findings, 'client credentials, ES256, through oidc-provider', 'client-credentials-es256', {
      most: 1.1,
      yardstick: 'oidc-provider',
      subject: throughProvider,
    }),
    statements(findings, 'the same, warm: SQL per request', 'client-credentials-es256', 0, throughProvider),
    lane
      ? ratio(findings, 'client credentials, ES256, express lane', 'client-credentials-es256', {
          most: 0.35,
          yardstick: 'oidc-provider',
        })
      : notThere('client credentials, ES256, express lane', '≤ 0.35 × oidc-provider', 'there is no express lane'),
    ratio(findings, 'refresh with ID token', 'refresh-id-token', { most: 1.3, yardstick: 'oidc-provider' }),
    statements(findings, 'the same: SQL besides BEGIN and COMMIT', 'refresh-id-token', 4),
    ratio(findings, 'code exchange with PKCE', 'code-exchange', { most: 1.2, yardstick: 'oidc-provider' }),
    ratio(findings, 'JWKS', 'jwks', { most: 1.5, yardstick: 'Koa' }),
    ratio(findings, 'discovery', 'discovery', { most: 1.5, yardstick: 'Koa' }),
    ratio(findings, 'introspection of a JWT', 'introspection-jwt', { most: 3, yardstick: 'Koa' }),
    ratio(findings, 'client credentials, ES256', 'client-credentials-es256', { most: 1.1, yardstick: 'floor' }),
    ratio(findings, 'refresh with ID token', 'refresh-id-token', { most: 1.3, yardstick: 'floor' }),
    ratio(findings, 'code exchange with PKCE', 'code-exchange', { most: 1.3, yardstick: 'floor' }),
    ratio(findings, 'refresh with ID token, 32 connections', 'refresh-id-token-32', { most: 1, yardstick: 'floor' }),
    ratio(findings, 'code exchange with PKCE, 32 connections', 'code-exchange-32', { most: 1, yardstick: 'floor' }),
    ratio(findings, 'refresh with ID token, 32 connections', 'refresh-id-token-32', {
      most: 1.3,
      yardstick: 'oidc-provider',
    }),
    ratio(findings, 'sign-in, consent and code', 'sign-in', { most: 1.6, yardstick: 'password hash' }),
    statements(findings, 'the same: SQL besides BEGIN and COMMIT', 'sign-in', 20),
    count('the same: transactions that write', 6, pick(findings, 'sign-in', 'latchkey')?.commits),
    ratio(findings, 'introspection of an opaque token', 'introspection-opaque', { most: 3, yardstick: 'Koa' }),
    rate(findings, 'revocation of a refresh token', 'revocation-refresh-token'),
    rate(findings, 'revocation of a JWT', 'revocation-jwt'),
    ...apps(findings),
    notThere('gateway check', 'the goals of the gateway', 'switched off, there is no gateway check yet'),
    growth(),
    scaling(findings),
    ...memory(findings),
    ...starts(findings),
  ];
}

const pick = ({ summaries }: Findings, name: string, subject: SubjectName) =>
  summaries.find((summary) => summary.scenario.name === name && summary.subject === subject);

function notThere(scenario: string, goal: string, measured: string): Verdict {
  return { scenario, goal, measured, met: undefined };
}

/** It takes a run of its own, whose last result stands beside this one. */
function growth(): Verdict {
  const [scenario, goal] = ['10⁷ grants with their refresh tokens against 10³', '≤ 1.3 × per refresh'];
  const file = new URL('../GROWTH.md', import.meta.url);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const ratio = /\| 10,000,000 \|.*\| ([\d.]+) × \|$/m.exec(text)?.[1];
  const commit = /\| commit \| (\w+) \|/.exec(text)?.[1];
  if (!ratio) return notThere(scenario, goal, '`npm run bench -- --growth --large`');
  const measured = `${ratio} × (\`npm run bench -- --growth --large\`, [GROWTH.md](GROWTH.md), commit ${commit})`;
  return { scenario, goal, measured, met: Number(ratio) <= 1.3 };
}

/** CPU time of server and database per request, as a ratio to that of a yardstick. */
function ratio(
  findings: Findings,
  scenario: string,
  name: string,
  { most, yardstick, subject = 'latchkey' }: { most: number; yardstick: SubjectName; subject?: SubjectName },
): Verdict {
  const goal = `≤ ${most} × ${yardstick}`;
  const [ours, theirs] = [pick(findings, name, subject), pick(findings, name, yardstick)];
  if (!ours || !theirs) return notThere(scenario, goal, 'not measured');
  const measured = cpuOf(ours) / cpuOf(theirs);
  const spread = `${spreadOf(ours.cpuOfRounds, theirs.cpuOfRounds)} by round`;
  const micros = `${rounded(ours.serverCpu)} + ${rounded(ours.databaseCpu)} µs against ${rounded(cpuOf(theirs))} µs`;
  return { scenario, goal, measured: `${rounded(measured, 2)} × (${spread}; ${micros})`, met: measured <= most };
}

/** Background work of the server counts too, so a few in a hundred requests are none. */
function statements(
  findings: Findings,
  scenario: string,
  name: string,
  most: number,
  subject: SubjectName = 'latchkey',
): Verdict {
  return count(scenario, most, pick(findings, name, subject)?.statements);
}

function count(scenario: string, most: number, measured: number | undefined): Verdict {
  const met = measured === undefined ? undefined : measured <= most + 0.05;
  return { scenario, goal: most === 0 ? '0' : `≤ ${most}`, measured: rounded(measured, 2), met };
}

/** Requests per second against those of the floor, which commits one row for each. */
function rate(findings: Findings, scenario: string, name: string): Verdict {
  const goal = '≥ 0.8 × the rate of a bare commit';
  const [ours, floor] = [pick(findings, name, 'latchkey'), pick(findings, name, 'floor')];
  if (!ours || !floor) return notThere(scenario, goal, 'not measured');
  const measured = ours.perSecond / floor.perSecond;
  const spread = `${spreadOf(ours.perSecondOfRounds, floor.perSecondOfRounds)} by round`;
  const each = `${rounded(ours.perSecond)} against ${rounded(floor.perSecond)} requests/s`;
  return { scenario, goal, measured: `${rounded(measured, 2)} × (${spread}; ${each})`, met: measured >= 0.8 };
}

/** Apps that take turns, against the fewest of them. */
function apps({ turns }: Findings): Verdict[] {
  const [few, ...more] = turns ?? [];
  if (!few) return [notThere('10,000 and 100,000 apps that take turns', '≤ 1.3 × of 100', 'not measured')];
  return more.map(({ apps, summary }) => {
    const measured = cpuOf(summary) / cpuOf(few.summary);
    const spread = `${spreadOf(summary.cpuOfRounds, few.summary.cpuOfRounds)} by round`;
    const micros = `${rounded(summary.serverCpu)} + ${rounded(summary.databaseCpu)} µs against ${rounded(cpuOf(few.summary))} µs`;
    return {
      scenario: `${apps.toLocaleString('en')} apps that take turns`,
      goal: `≤ 1.3 × of ${few.apps}`,
      measured: `${rounded(measured, 2)} × (${spread}; ${micros})`,
      met: measured <= 1.3,
    };
  });
}

function scaling({ scaling }: Findings): Verdict {
  const [scenario, goal] = ['two workers against one', '≥ 1.8 ×'];
  if (!scaling) return notThere(scenario, goal, 'not measured');
  const { one, two, factor } = scaling;
  const measured = `${rounded(factor, 2)} × (${rounded(two)} against ${rounded(one)} requests/s before the share of others is taken out)`;
  return { scenario, goal, measured, met: factor >= 1.8 };
}

function memory({ summaries, starts, memory }: Findings): Verdict[] {
  const loaded = Math.max(0, ...summaries.filter(({ subject }) => subject === 'latchkey').map(({ memory }) => memory));
  return [
    atMost('memory at rest, on PostgreSQL', '≤ 150 MB', starts && starts.restingMemory / 1e6, 150, 'MB'),
    atMost('memory under load, on PostgreSQL', '≤ 250 MB', loaded ? loaded / 1e6 : undefined, 250, 'MB'),
    ...(memory ?? []).map(({ workers, resident, proportional }) => {
      const [most, name] = workers === 1 ? [250, 'one worker'] : [600, `${workers} workers`];
      const verdict = atMost(`memory of ${name} after some load`, `≤ ${most} MB`, resident / 1e6, most, 'MB');
      const shared = `${rounded(proportional / 1e6)} MB with what they share counted once`;
      return { ...verdict, measured: `${verdict.measured} (${shared})` };
    }),
  ];
}

function starts({ starts }: Findings): Verdict[] {
  return [
    atMost('start to first answer on PostgreSQL', '≤ 1.5 s', starts && starts.onPostgres / 1000, 1.5, 's'),
    atMost('second start, embedded database', '≤ 3 s', starts && starts.onEmbedded / 1000, 3, 's'),
  ];
}

function atMost(scenario: string, goal: string, value: number | undefined, most: number, unit: string): Verdict {
  if (value === undefined) return notThere(scenario, goal, 'not measured');
  return { scenario, goal, measured: `${rounded(value, unit === 's' ? 2 : 0)} ${unit}`, met: value <= most };
}
