import { t } from '../../texts/texts.ts';
import type { Snippet } from '../../views/models/apps.ts';

/** What an API needs to know to check tokens. */
export interface Protected {
  readonly issuer: string;
  /** Its identifier. */
  readonly audience: string;
  /** One of its scopes, if it has any. */
  readonly scope: string | undefined;
}

/** The verifier is in no registry: whatever one has under its name is not ours. So it is installed from its file, by a path. */
const INSTALL = 'npm install ./latchkey-0.1.0.tgz';

/** How an API lets in only who has a good token for it: the verifier in each framework, and what there is without it. */
export function protectSnippets(api: Protected): Snippet[] {
  const node = (label: string, packages: string, code: string): Snippet => ({
    ...{ label, language: 'javascript', code },
    how: `${t('snippets.installThenSave', { first: [INSTALL, packages].filter(Boolean).join(' '), file: 'api.mjs', command: 'node api.mjs.' })} ${t('snippets.madeBy', { command: 'npm run build && npm pack ./dist' })}`,
  });
  return [
    node('Koa', 'koa', koa(api)),
    node('Express', 'express', express(api)),
    node('Fastify', 'fastify', fastify(api)),
    node('fetch', '', fetching(api)),
    {
      label: 'Python',
      language: 'python',
      how: `${t('snippets.installThenSave', { first: 'pip install "PyJWT[crypto]" flask', file: 'api.py', command: 'flask --app api run.' })} ${t('snippets.pythonLater')}`,
      code: python(api),
    },
    node('nginx', '', gateway(api)),
  ];
}

const literal = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
const needs = ({ scope }: Protected) => (scope === undefined ? '' : `, { scopes: [${literal(scope)}] }`);
const verifierOf = ({ issuer, audience }: Protected) =>
  `const verifier = createVerifier({ issuer: ${literal(issuer)}, audience: ${literal(audience)} });`;

const koa = (api: Protected) => `import { env } from 'node:process';
import Koa from 'koa';
import { createVerifier, koaVerifier } from 'latchkey/verifier';

${verifierOf(api)}
const app = new Koa();
app.use(koaVerifier(verifier${needs(api)}));
app.use((ctx) => {
  ctx.body = { hello: ctx.state.token.sub };
});
app.listen(Number(env.PORT ?? 8080), 'localhost');`;

const express = (api: Protected) => `import { env } from 'node:process';
import express from 'express';
import { createVerifier, expressVerifier } from 'latchkey/verifier';

${verifierOf(api)}
const app = express();
app.use(expressVerifier(verifier${needs(api)}));
app.get('/', (request, response) => {
  response.json({ hello: request.token.sub });
});
app.listen(Number(env.PORT ?? 8080), 'localhost');`;

const fastify = (api: Protected) => `import { env } from 'node:process';
import Fastify from 'fastify';
import { createVerifier, fastifyVerifier } from 'latchkey/verifier';

${verifierOf(api)}
const app = Fastify();
app.addHook('onRequest', fastifyVerifier(verifier${needs(api)}));
app.get('/', async (request) => ({ hello: request.token.sub }));
await app.listen({ port: Number(env.PORT ?? 8080), host: 'localhost' });`;

/** For Hono, Next.js, Deno, Bun and all others that answer a `Request` with a `Response`. */
const fetching = (api: Protected) => `import { createVerifier, fetchVerifier } from 'latchkey/verifier';

// For Hono, Next.js, Deno, Bun: whatever answers a Request with a Response.
${verifierOf(api)}
export const GET = fetchVerifier(verifier${needs(api) || ', {}'}, (request, token) => Response.json({ hello: token.sub }));`;

const quoted = (text: string) => JSON.stringify(text);

const python = ({ issuer, audience, scope }: Protected) => `import jwt
from flask import Flask, abort, request

ISSUER, AUDIENCE = ${quoted(issuer)}, ${quoted(audience)}
keys = jwt.PyJWKClient(f"{ISSUER}/jwks")
app = Flask(__name__)


def claims():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer" or jwt.get_unverified_header(token).get("typ", "").lower() != "at+jwt":
            abort(401)
        return jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["ES256", "RS256"],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["exp", "iss", "aud", "client_id"]},
        )
    except jwt.InvalidTokenError:
        abort(401)


@app.route("/")
def hello():
    token = claims()${
      scope === undefined
        ? ''
        : `
    if ${quoted(scope)} not in token.get("scope", "").split():
        abort(403)`
    }
    return {"hello": token["sub"]}`;

const gateway = (api: Protected) => `import { createServer } from 'node:http';
import { env } from 'node:process';
import { createVerifier } from 'latchkey/verifier';

// nginx asks this program about each request:
//   location / { auth_request /token-check; proxy_pass http://127.0.0.1:8080; }
//   location = /token-check { internal; proxy_pass http://127.0.0.1:4200; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
${verifierOf(api)}
createServer((request, response) => {
  const { method = '', url = '', headers } = request;
  verifier.verifyRequest({ method, url, headers }${needs(api)}).then(
    (token) => response.writeHead(204, { 'x-subject': token.sub }).end(),
    ({ status = 500, wwwAuthenticate: challenge }) =>
      response.writeHead(status === 400 ? 401 : status, challenge ? { 'www-authenticate': challenge } : {}).end(),
  );
}).listen(Number(env.PORT ?? 4200), '127.0.0.1');`;
