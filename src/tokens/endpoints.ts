/** Where programs bring codes and tokens: RFC 6749 §3.2, RFC 7662 §2, RFC 7009 §2. */
export const TOKEN_ENDPOINT = '/token';
export const INTROSPECTION_ENDPOINT = '/token/introspection';
export const REVOCATION_ENDPOINT = '/token/revocation';
/** OpenID Connect Core §5.3 */
export const USERINFO_ENDPOINT = '/me';
