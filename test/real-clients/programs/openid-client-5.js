/** openid-client 5 (which next-auth 4 and much else is made of) as its README has it for the authorization code flow. */
import { createServer } from 'node:http';
import { generators, Issuer } from 'openid-client-5';

const { PORT = '', ISSUER = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;
const app = `http://localhost:${PORT}`;

const issuer = await Issuer.discover(ISSUER);
const client = new issuer.Client({
  client_id: CLIENT_ID,
  client_secret: CLIENT_SECRET,
  redirect_uris: [`${app}/callback`],
  post_logout_redirect_uris: [app],
  response_types: ['code'],
});
const verifier = generators.codeVerifier();

/** Goes the whole way, and tells what came of it. */
async function callback(url) {
  const tokens = await client.callback(`${app}/callback`, client.callbackParams(url), { code_verifier: verifier });
  const userinfo = await client.userinfo(tokens);
  const refreshed = await client.refresh(tokens);
  const introspected = await client.introspect(refreshed.access_token ?? '');
  await client.revoke(refreshed.refresh_token ?? '');
  const ended = await client.introspect(refreshed.access_token ?? '');
  return {
    claims: tokens.claims(),
    userinfo,
    renewed: refreshed.access_token !== tokens.access_token,
    active: [introspected.active, ended.active],
    end: client.endSessionUrl({ id_token_hint: refreshed }),
  };
}

createServer(async (request, response) => {
  if (request.url === '/login') {
    const location = client.authorizationUrl({
      scope: 'openid profile email offline_access',
      code_challenge: generators.codeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    response.writeHead(303, { location }).end();
    return;
  }
  const outcome = await callback(request.url ?? '').catch((error) => ({ error: String(error) }));
  response.end(JSON.stringify(outcome));
}).listen(Number(PORT), 'localhost', () => console.log('ready'));
