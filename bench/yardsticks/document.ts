/** As long as a JWKS with a few keys. */
export const document = JSON.stringify({
  keys: Array.from({ length: 4 }, (_, index) => ({
    kty: 'EC',
    crv: 'P-256',
    alg: 'ES256',
    use: 'sig',
    kid: `key-${index}`,
    x: 'x'.repeat(43),
    y: 'y'.repeat(43),
  })),
});
