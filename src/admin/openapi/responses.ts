import { type ErrorCode, errorCodes } from '../../errors.ts';
import type { Operation } from '../operation.ts';
import type { Json } from './schemas.ts';

/** The problems that are documented by name; whatever else happens is a problem as well. */
const PROBLEMS = {
  BadRequest: ['invalid_request', 'malformed_encoding'],
  Unauthorized: ['invalid_token'],
  Forbidden: ['insufficient_scope', 'forbidden'],
  NotFound: ['not_found'],
  Conflict: ['conflict'],
  PreconditionFailed: ['precondition_failed'],
  PayloadTooLarge: ['payload_too_large'],
  UnprocessableContent: ['idempotency_key_reused'],
  Unavailable: ['unavailable'],
} as const satisfies Record<string, readonly [ErrorCode, ...ErrorCode[]]>;

type ProblemName = keyof typeof PROBLEMS;

const problem = { $ref: '#/components/schemas/Problem' };

/** Every one of them, with an example. */
export function problemResponses(issuer: string): Record<string, Json> {
  const named = Object.entries(PROBLEMS).map(([name, codes]) => [
    name,
    {
      description: codes.map((code) => `\`${code}\`: ${errorCodes[code].message}`).join('\n\n'),
      content: { 'application/problem+json': { schema: problem, example: exampleProblem(codes[0], issuer) } },
    },
  ]);
  const other = { description: 'Anything else.', content: { 'application/problem+json': { schema: problem } } };
  return Object.fromEntries([...named, ['Problem', other]]);
}

function exampleProblem(code: ErrorCode, issuer: string): Json {
  const { status, message, hint } = errorCodes[code];
  const type = `${issuer}/api/v1/docs#${code}`;
  return { type, title: message, status, detail: message, code, hint, request_id: '4bf92f3577b34da6' };
}

/** How an operation can fail. */
export function failuresOf(operation: Operation): Record<string, Json> {
  const { method, params, query, body, conditional, idempotent } = operation;
  const names: ProblemName[] = [
    ...(query || body || idempotent ? (['BadRequest'] as const) : []),
    'Unauthorized',
    'Forbidden',
    ...(params || body ? (['NotFound'] as const) : []),
    ...(method === 'GET' ? [] : (['Conflict'] as const)),
    ...(conditional ? (['PreconditionFailed'] as const) : []),
    ...(body ? (['PayloadTooLarge'] as const) : []),
    ...(idempotent ? (['UnprocessableContent'] as const) : []),
    'Unavailable',
  ];
  const refs = names.map((name) => [errorCodes[PROBLEMS[name][0]].status, refer(name)]);
  return { ...Object.fromEntries(refs), default: refer('Problem') };
}

const refer = (name: string) => ({ $ref: `#/components/responses/${name}` });
