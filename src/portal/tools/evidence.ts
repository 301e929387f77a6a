import type { By } from '../../access.ts';
import { findTokenParties, type TokenParties } from '../../clients/token-parties.ts';
import type { Db } from '../../db/connections/connection.ts';
import { type InspectedSignature, inspectSignature } from '../../keys/signatures/inspected-signature.ts';
import { type FoundRevocation, findRevocations } from '../../revocation/find-revocations.ts';
import { readEp } from '../../revocation/token-epochs.ts';
import { type Jwt, type Purpose, purposeOf } from './shape.ts';

/** What the token is asked about: an API, and a scope of it. */
export interface Asked {
  readonly api: string | undefined;
  readonly scope: string | undefined;
}

/** All that can be told of a JWT, within what the person who asks may see. */
export interface Evidence {
  readonly token: Jwt;
  readonly purpose: Purpose;
  readonly issuer: string;
  readonly now: Date;
  readonly audiences: readonly string[];
  readonly scopes: readonly string[];
  readonly signature: InspectedSignature;
  /** Signed by a key of ours, and issued by us: only then the database is asked about what it names. */
  readonly genuine: boolean;
  readonly revocations: readonly FoundRevocation[];
  readonly parties: TokenParties;
  /** The API to judge by: the one that was asked about, or else the token's own. */
  readonly api: string | undefined;
  readonly scope: string | undefined;
}

const NOBODY: TokenParties = { app: undefined, api: undefined, subscription: undefined };

export async function gatherEvidence(
  { db, issuer }: { db: Db; issuer: string },
  token: Jwt,
  asked: Asked,
  by: By,
): Promise<Evidence> {
  const { header, claims } = token;
  const signature = await inspectSignature(db, token.text, { kid: header.kid, now: by.now });
  const audiences = [claims.aud].flat().filter(isText);
  const api = asked.api ?? audiences[0];
  const purpose = purposeOf(token);
  const genuine = signature.good && claims.iss === issuer;
  const lookUp = genuine && purpose === 'access_token';
  const clientId = textOf(claims.client_id);
  const [revocations, parties] = await Promise.all([
    lookUp ? findRevocations(db, factsOf(token)) : [],
    lookUp ? findTokenParties(db, { clientId, apiIdentifier: api ?? '' }, by) : NOBODY,
  ]);
  return {
    token,
    purpose,
    issuer,
    now: by.now,
    audiences,
    scopes: textOf(claims.scope).split(' ').filter(Boolean),
    signature,
    genuine,
    revocations,
    parties,
    // As it is registered, where it was asked about with, or without, a slash at its end.
    api: parties.api?.identifier ?? api,
    scope: asked.scope,
  };
}

function factsOf({ header, claims }: Jwt) {
  return {
    jti: textOf(claims.jti),
    iat: Number(claims.iat),
    kid: textOf(header.kid),
    clientId: textOf(claims.client_id),
    subject: textOf(claims.sub),
    audience: String(claims.aud),
    grantId: isText(claims.grant_id) ? claims.grant_id : undefined,
    ep: readEp(claims.ep) ?? undefined,
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const textOf = (value: unknown) => (isText(value) ? value : '');
