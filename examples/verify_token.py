"""Verifies an access token offline and prints what it says. Needs PyJWT and cryptography.

    python3 examples/verify_token.py eyJhbGciOi…
"""
import json, os, sys
import jwt

issuer = os.environ.get("ISSUER", "http://localhost:3000")
audience = os.environ.get("AUDIENCE", "https://reports.example.com")
token = sys.argv[1] if len(sys.argv) > 1 else ""
try:
    key = jwt.PyJWKClient(f"{issuer}/jwks").get_signing_key_from_jwt(token)
    claims = jwt.decode(token, key.key, algorithms=["ES256", "RS256"], issuer=issuer, audience=audience,
                        options={"require": ["exp", "iss", "aud", "client_id"]})
    # The signature covers the header, so this is said by the issuer too: an access token (RFC 9068), not an ID token.
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("not an access token")
except jwt.PyJWTError as error:
    sys.exit(f"Not a valid token for {audience} from {issuer}: {error}")
print(json.dumps(claims, indent=2))
