/** Auth.js as its documentation has it: a provider of type `oidc` in Express, and the guide to refresh token rotation. */
import { ExpressAuth } from '@auth/express';
import express from 'express';

const { PORT = '', ISSUER = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

const config = {
  providers: [
    {
      id: 'latchkey',
      name: 'Latchkey',
      type: 'oidc',
      issuer: ISSUER,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authorization: { params: { scope: 'openid profile email groups offline_access' } },
    },
  ],
  callbacks: {
    /** The guide waits until the access token has expired; here each look at the session renews it. */
    async jwt({ token, account, profile }) {
      if (account) return { ...token, ...tokensOf(account), groups: profile?.groups };
      return { ...token, ...tokensOf(await refresh(String(token.refresh_token))) };
    },
    session: ({ session, token }) => ({ ...session, accessToken: token.access_token, groups: token.groups }),
  },
};

const tokensOf = ({ access_token, refresh_token }) => ({ access_token, refresh_token });

async function refresh(refreshToken) {
  const response = await fetch(`${ISSUER}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    }),
  });
  const tokens = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(tokens));
  return tokens;
}

const app = express();
app.set('trust proxy', true);
// Its documentation has `/auth/*`, which is how Express 4 says it.
app.use('/auth', ExpressAuth(config));
app.get('/', (_request, response) => {
  response.send('Welcome');
});
app.listen(Number(PORT), 'localhost', () => console.log('ready'));
