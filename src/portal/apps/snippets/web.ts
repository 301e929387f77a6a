import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';
import type { SnippetParts } from './parts.ts';

const SESSION_SECRET = 'echo "SESSION_SECRET=$(openssl rand -hex 32)" >> .env';

/** A site that people sign in to, in the frameworks that are met most, each by the library that its people use. */
export function webSnippets(parts: SnippetParts): Snippet[] {
  // Auth.js and Spring choose the address that they come back to themselves.
  const { origin, pathname } = new URL(parts.client.redirect_uris[0] ?? 'https://app.example.com/callback');
  const inBody = parts.client.auth_method === 'client_secret_post';
  const web = { origin, pathname, inBody, alg: parts.client.id_token_alg, withApi: parts.api !== undefined };
  return [
    {
      label: 'Express',
      language: 'javascript',
      how: t('snippets.runThenSave', {
        first: `npm install express express-openid-connect; ${SESSION_SECRET}`,
        file: 'app.mjs',
        command: 'node --env-file=.env app.mjs',
      }),
      code: express(web),
    },
    {
      label: 'Next.js',
      language: 'javascript',
      how: `${t('snippets.saveAndRegister', { first: 'npm install next-auth@beta; npx auth secret', file: 'auth.ts', address: `${origin}/api/auth/callback/latchkey` })} ${t('snippets.notRun')}`,
      code: next(web),
    },
    {
      label: 'Flask',
      language: 'python',
      how: t('snippets.runThenSave', {
        first: `pip install flask authlib requests; ${SESSION_SECRET}`,
        file: 'app.py',
        command: 'set -a; . ./.env; set +a; flask run',
      }),
      code: flask(web),
    },
    {
      label: 'Spring',
      language: 'yaml',
      how: `${t('snippets.spring', { name: 'spring-boot-starter-oauth2-client', file: 'application.yaml', address: `${origin}/login/oauth2/code/latchkey` })} ${t('snippets.notRun')}`,
      code: spring(web),
    },
    {
      label: 'Go',
      language: 'go',
      how: `go get github.com/coreos/go-oidc/v3 golang.org/x/oauth2; set -a; . ./.env; set +a; go run . ${t('snippets.notRun')}`,
      code: go(web),
    },
  ];
}

interface Web {
  readonly origin: string;
  readonly pathname: string;
  readonly inBody: boolean;
  readonly alg: string;
  readonly withApi: boolean;
}

const express = ({ origin, pathname, inBody, alg, withApi }: Web) =>
  `import { env } from 'node:process';
import express from 'express';
import openid from 'express-openid-connect';

const { auth, requiresAuth } = openid;
const { ISSUER, CLIENT_ID, CLIENT_SECRET, SCOPE,${withApi ? ' RESOURCE,' : ''} SESSION_SECRET, PORT = 3001 } = env;
const app = express();
app.use(
  auth({
    issuerBaseURL: ISSUER,
    baseURL: '${origin}',
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    clientAuthMethod: '${inBody ? 'client_secret_post' : 'client_secret_basic'}',
    idTokenSigningAlg: '${alg}',
    secret: SESSION_SECRET,
    authRequired: false,
    idpLogout: true,
    routes: { callback: '${pathname}' },
    authorizationParams: { response_type: 'code', scope: SCOPE${withApi ? ', resource: RESOURCE' : ''} },
  }),
);
app.get('/', requiresAuth(), (request, response) => {
  // request.oidc.accessToken is for ${withApi ? 'your API: send it from here, never to the browser' : 'UserInfo only: choose an API for more'}.
  response.json(request.oidc.user);
});
app.listen(Number(PORT), 'localhost');`;

const next = ({ withApi }: Web) =>
  `import { env } from 'node:process';
import NextAuth from 'next-auth';

// app/api/auth/[...nextauth]/route.ts has: export const { GET, POST } = handlers;
export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: 'latchkey',
      name: 'Latchkey',
      type: 'oidc',
      issuer: env.ISSUER,
      clientId: env.CLIENT_ID,
      clientSecret: env.CLIENT_SECRET,
      authorization: { params: { scope: env.SCOPE${withApi ? ', resource: env.RESOURCE' : ''} } },
      checks: ['pkce', 'state'],
    },
  ],
});`;

const flask = ({ pathname, inBody, withApi }: Web) =>
  `import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session

app = Flask(__name__)
app.secret_key = os.environ["SESSION_SECRET"]
oauth = OAuth(app)
oauth.register(
    name="latchkey",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={
        "scope": os.environ["SCOPE"],
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "${inBody ? 'client_secret_post' : 'client_secret_basic'}",
    },
)


@app.route("/")
def home():
    if "user" not in session:
        return redirect("/sign-in")
    return session["user"]


@app.route("/sign-in")
def sign_in():
    return oauth.latchkey.authorize_redirect(os.environ["REDIRECT_URI"]${withApi ? ', resource=os.environ["RESOURCE"]' : ''})


@app.route("${pathname}")
def callback():
    token = oauth.latchkey.authorize_access_token()
    # Keep token["access_token"] on this side: Flask's session is a cookie, which the browser can read.
    session["user"] = dict(token["userinfo"])
    return redirect("/")`;

const spring = ({ inBody }: Web) =>
  `spring:
  security:
    oauth2:
      client:
        provider:
          latchkey:
            issuer-uri: \${ISSUER}
        registration:
          latchkey:
            client-id: \${CLIENT_ID}
            client-secret: \${CLIENT_SECRET}
            client-authentication-method: ${inBody ? 'client_secret_post' : 'client_secret_basic'}
            authorization-grant-type: authorization_code
            redirect-uri: "{baseUrl}/login/oauth2/code/latchkey"
            scope: openid, profile, email
# PKCE for an app with a secret: OAuth2AuthorizationRequestCustomizers.withPkce()`;

const go = ({ pathname, withApi }: Web) =>
  `package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	config := oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  os.Getenv("REDIRECT_URI"),
		Scopes:       strings.Fields(os.Getenv("SCOPE")),
	}
	idTokens := provider.Verifier(&oidc.Config{ClientID: config.ClientID})

	http.HandleFunc("/sign-in", func(w http.ResponseWriter, r *http.Request) {
		state, verifier := random(), oauth2.GenerateVerifier()
		keep(w, "state", state)
		keep(w, "verifier", verifier)
		http.Redirect(w, r, config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)${
      withApi
        ? `,
			oauth2.SetAuthURLParam("resource", os.Getenv("RESOURCE"))`
        : ''
    }), http.StatusFound)
	})
	http.HandleFunc("${pathname}", func(w http.ResponseWriter, r *http.Request) {
		state, err := r.Cookie("state")
		verifier, missing := r.Cookie("verifier")
		if err != nil || missing != nil || r.URL.Query().Get("state") != state.Value {
			http.Error(w, "this browser did not ask", http.StatusBadRequest)
			return
		}
		tokens, err := config.Exchange(r.Context(), r.URL.Query().Get("code"), oauth2.VerifierOption(verifier.Value))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		raw, _ := tokens.Extra("id_token").(string)
		idToken, err := idTokens.Verify(r.Context(), raw)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, "signed in as", idToken.Subject)
	})
	log.Fatal(http.ListenAndServe("localhost:3001", nil))
}

func keep(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func random() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		log.Fatal(err)
	}
	return hex.EncodeToString(bytes)
}`;
