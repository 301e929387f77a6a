import type { NodeRequest } from '../request/request.ts';
import type { AccessTokenClaims } from '../token/claims.ts';
import type { Needed, Verifier } from '../verifier.ts';
import { answerTo } from './answer.ts';

/** What is used of Express's request. */
export interface ExpressRequest extends NodeRequest {
  readonly protocol: string;
  readonly originalUrl: string;
  readonly method: string;
  token?: AccessTokenClaims;
}

/** What is used of Express's response. */
export interface ExpressResponse {
  status(code: number): this;
  set(headers: Record<string, string>): this;
  json(body: unknown): unknown;
}

/** Lets a request pass whose token has the scopes, with the claims as `req.token`, and answers any other. */
export function expressVerifier(verifier: Verifier, needed: Needed = {}) {
  return async (req: ExpressRequest, res: ExpressResponse, next: (error?: unknown) => void): Promise<void> => {
    try {
      const url = req.originalUrl.startsWith('/') ? originOf(req) + req.originalUrl : req.originalUrl;
      req.token = await verifier.verifyRequest({ method: req.method, url, headers: req.headers, raw: req }, needed);
    } catch (error) {
      return refuse(res, error, next);
    }
    next();
  };
}

const originOf = (req: ExpressRequest) => `${req.protocol}://${req.headers.host ?? ''}`;

function refuse(res: ExpressResponse, error: unknown, next: (error?: unknown) => void): void {
  try {
    const { status, headers, body } = answerTo(error);
    res.status(status).set(headers).json(body);
  } catch (other) {
    next(other);
  }
}
