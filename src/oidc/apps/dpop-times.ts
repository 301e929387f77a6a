import { decodeJwt } from 'jose';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { DPOP_WINDOW_SECONDS } from '../../verifier/options.ts';
import { faultOfTimes } from '../../verifier/proof/times.ts';

/**
 * oidc-provider takes proofs that are five minutes old; the verifier package and the admin API take those of one. The
 * provider asks whether a nonce is needed once for each proof, before it reads it, which is where the one rule is held to it.
 * @throws InvalidDpopProof
 */
export function judgeProofTimes(clock: () => Date) {
  return (ctx: KoaContextWithOIDC): boolean => {
    const fault = faultOfTimes(claimsOf(ctx.get('DPoP')), {
      now: clock().getTime() / 1000,
      windowSeconds: DPOP_WINDOW_SECONDS,
    });
    if (fault) throw new errors.InvalidDpopProof(fault);
    return false;
  };
}

function claimsOf(proof: string) {
  try {
    return decodeJwt(proof);
  } catch (cause) {
    throw new errors.InvalidDpopProof('the DPoP proof is malformed', { cause });
  }
}
