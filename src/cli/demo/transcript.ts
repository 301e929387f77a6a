import { styleText } from 'node:util';
import type { CommandLine } from '../command-line.ts';
import { printable } from '../output.ts';

export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ShownResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One step on the wire, with secrets shortened. */
export interface Step {
  readonly title: string;
  /** The specification, with its section. */
  readonly rfc: string;
  /** One sentence: what happens, and why. */
  readonly what: string;
  readonly request?: ShownRequest;
  readonly response?: ShownResponse;
  /** What came of it, in names and values: a decoded token, a check. */
  readonly shown?: Readonly<Record<string, unknown>>;
}

/** What a demo says while it goes on. */
export interface Transcript {
  /** Tells of one step, at once. */
  step(step: Step): void;
  /** Tells the person what to do now. With `--json` on stderr, so that stdout stays one value. */
  ask(text: string): void;
  /** The end, in one sentence. */
  end(text: string): void;
}

type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

export function createTranscript(line: CommandLine, { json }: { json?: boolean }): Transcript {
  const paint: Paint = (format, text) => (line.io.colours ? styleText(format, text, { validateStream: false }) : text);
  const steps: Step[] = [];
  return {
    step(step) {
      steps.push(step);
      if (!json) line.io.stdout(`${describeStep(step, steps.length, paint)}\n\n`);
    },
    ask(text) {
      if (json) line.io.stderr(`${text}\n`);
      else line.io.stdout(`${paint('yellow', text)}\n\n`);
    },
    end: (text) => line.answer(json ? { json } : {}, { json: { steps }, text }),
  };
}

function describeStep({ title, rfc, what, request, response, shown }: Step, number: number, paint: Paint): string {
  const lines = [`${paint('bold', `${number}. ${title}`)}  ${paint('dim', rfc)}`, `   ${what}`];
  if (request) lines.push('', ...describeRequest(request).map((text) => paint('cyan', `   > ${text}`.trimEnd())));
  if (response) {
    const colour = response.status < 400 ? 'green' : 'red';
    lines.push('', ...describeResponse(response).map((text) => paint(colour, `   < ${text}`.trimEnd())));
  }
  if (shown) lines.push('', ...describeShown(shown).map((text) => `     ${text}`));
  return lines.join('\n');
}

function describeRequest({ method, url, headers, body }: ShownRequest): string[] {
  const { host, pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, ...describeHeaders(headers)];
  if (body !== null) lines.push('', ...body.split('&').map((part, index) => (index === 0 ? part : `  &${part}`)));
  return lines.map(printable);
}

function describeResponse({ status, headers, body }: ShownResponse): string[] {
  const lines = [`HTTP/1.1 ${status}`, ...describeHeaders(headers)];
  if (body !== null) lines.push('', ...JSON.stringify(body, null, 2).split('\n'));
  return lines.map(printable);
}

const describeHeaders = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

function describeShown(shown: Readonly<Record<string, unknown>>): string[] {
  const width = Math.max(...Object.keys(shown).map((name) => name.length));
  const inText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(shown).map(([name, value]) => printable(`${name.padEnd(width)}  ${inText(value)}`));
}
