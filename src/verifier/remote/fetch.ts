import { answerTo } from '../frameworks/answer.ts';
import type { AccessTokenClaims } from '../token/claims.ts';
import type { Needed, Verifier } from '../verifier.ts';

/** Wraps a handler of fetch-style requests: it gets those whose token has the scopes, with the claims; others get an answer. */
export function fetchVerifier<Rest extends unknown[]>(
  verifier: Verifier,
  needed: Needed,
  handle: (request: Request, token: AccessTokenClaims, ...rest: Rest) => Response | Promise<Response>,
) {
  return async (request: Request, ...rest: Rest): Promise<Response> => {
    const verdict = await verifyRequest(verifier, request, needed);
    return verdict instanceof Response ? verdict : handle(request, verdict, ...rest);
  };
}

async function verifyRequest(
  verifier: Verifier,
  request: Request,
  needed: Needed,
): Promise<AccessTokenClaims | Response> {
  try {
    return await verifier.verifyRequest(request, needed);
  } catch (error) {
    const { status, headers, body } = answerTo(error);
    return Response.json(body, { status, headers });
  }
}
