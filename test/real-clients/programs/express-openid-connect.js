/** express-openid-connect as its EXAMPLES.md has it under "Obtaining access tokens to call external APIs". */
import express from 'express';
import { auth } from 'express-openid-connect';

const { PORT = '' } = process.env;

const app = express();
// ISSUER_BASE_URL, BASE_URL, CLIENT_ID, CLIENT_SECRET and SECRET are in the environment.
app.use(
  auth({
    idpLogout: true,
    authorizationParams: {
      response_type: 'code',
      scope: 'openid profile email groups offline_access',
    },
  }),
);
app.get('/', (request, response) => {
  response.json(request.oidc.user);
});
app.get('/userinfo', async (request, response) => {
  response.json(await request.oidc.fetchUserInfo());
});
app.get('/refresh', async (request, response) => {
  const before = request.oidc.accessToken;
  const after = await before?.refresh();
  response.json({ renewed: after !== undefined && after.access_token !== before?.access_token });
});
app.listen(Number(PORT), 'localhost', () => console.log('ready'));
