import type { WholeAnswer } from '../http/serving/at-once.ts';

/** The provider's headers for a success. */
const SUCCESS_HEADERS = [
  ['Vary', 'Origin'],
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Expose-Headers', 'WWW-Authenticate'],
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'application/json; charset=utf-8'],
].flat();

export const success = (body: object): WholeAnswer => ({ headers: SUCCESS_HEADERS, body: JSON.stringify(body) });

/** A passing failure of ours, on whichever way it is met. */
export const UNAVAILABLE_ERROR = {
  error: 'temporarily_unavailable',
  error_description: 'the server cannot answer right now; try again',
};
export const UNAVAILABLE: WholeAnswer = {
  status: 503,
  headers: [...SUCCESS_HEADERS, 'Retry-After', '1'],
  body: JSON.stringify(UNAVAILABLE_ERROR),
};
