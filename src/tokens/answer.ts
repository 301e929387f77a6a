import type { WholeAnswer } from '../http/serving/at-once.ts';

const JSON_TYPE = ['Content-Type', 'application/json; charset=utf-8'];
/** The provider's headers, which the ordinary way sends too, in its order. */
const HEADERS = [
  ['Vary', 'Origin'],
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Expose-Headers', 'WWW-Authenticate'],
].flat();
const SUCCESS_HEADERS = [...HEADERS, 'Cache-Control', 'no-store', ...JSON_TYPE];

/** RFC 7009 §2.2: the status says it all. The body is there for clients that read every answer as JSON. */
export const REVOKED: WholeAnswer = { headers: [...HEADERS, ...JSON_TYPE], body: '{}' };

export const success = (body: object): WholeAnswer => ({ headers: SUCCESS_HEADERS, body: JSON.stringify(body) });

/** The answer to a failure of ours that passes, the same on both ways. */
export const UNAVAILABLE_ERROR = {
  error: 'temporarily_unavailable',
  error_description: 'the server cannot answer right now; try again',
};
export const UNAVAILABLE: WholeAnswer = {
  status: 503,
  headers: [...SUCCESS_HEADERS, 'Retry-After', '1'],
  body: JSON.stringify(UNAVAILABLE_ERROR),
};
