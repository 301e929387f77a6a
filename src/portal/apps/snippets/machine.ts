import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';
import { machineInMoreLanguages } from './machine-more.ts';
import type { SnippetParts } from './parts.ts';
import { quoted } from './parts.ts';

const SOURCED = 'set -a; . ./.env; set +a';

/** A token for a machine app that has a secret: in every language by its standard library alone. */
export function machineWithSecret({ issuer, client, secret }: SnippetParts, api: string): Snippet[] {
  const inBody = client.auth_method === 'client_secret_post';
  return [
    curl({ issuer, clientId: client.id, secret, api, inBody }),
    {
      label: 'Node',
      language: 'javascript',
      how: t('snippets.saveAs', { file: 'token.mjs', command: 'node --env-file=.env token.mjs' }),
      code: node(inBody),
    },
    {
      label: 'Python',
      language: 'python',
      how: t('snippets.saveAs', { file: 'token.py', command: `${SOURCED}; python3 token.py` }),
      code: python(inBody),
    },
    {
      label: 'Go',
      language: 'go',
      how: t('snippets.saveAs', { file: 'token.go', command: `${SOURCED}; go run token.go` }),
      code: go(inBody),
    },
    ...machineInMoreLanguages(inBody),
  ];
}

function curl(parts: {
  issuer: string;
  clientId: string;
  secret: string | undefined;
  api: string;
  inBody: boolean;
}): Snippet {
  const { issuer, clientId, api, inBody } = parts;
  const secret = parts.secret ?? 'PASTE_THE_SECRET_HERE';
  const credentials = inBody
    ? [`-d client_id=${clientId}`, `-d client_secret=${secret}`]
    : [`-u ${quoted(`${clientId}:${secret}`)}`];
  const lines = [
    `curl -s ${quoted(`${issuer}/token`)}`,
    ...credentials,
    '-d grant_type=client_credentials',
    `--data-urlencode ${quoted(`resource=${api}`)}`,
  ];
  return { label: 'curl', language: 'bash', how: t('snippets.paste'), code: lines.join(' \\\n  ') };
}

const BASIC_HEADER = `
  headers: { authorization: \`Basic \${btoa(\`\${CLIENT_ID}:\${CLIENT_SECRET}\`)}\` },`;
const SECRET_FIELDS = `
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,`;

const node = (inBody: boolean) =>
  `import { env } from 'node:process';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, RESOURCE } = env;
const response = await fetch(\`\${ISSUER}/token\`, {
  method: 'POST',${inBody ? '' : BASIC_HEADER}
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    resource: RESOURCE,${inBody ? SECRET_FIELDS : ''}
  }),
});
const answer = await response.json();
if (!response.ok) throw new Error(answer.error_description ?? answer.error);
console.log(answer.access_token);`;

const python = (inBody: boolean) =>
  `${inBody ? '' : 'import base64\n'}import json
import os
import urllib.parse
import urllib.request

env = os.environ
form = {"grant_type": "client_credentials", "resource": env["RESOURCE"]}
request = urllib.request.Request(env["ISSUER"] + "/token")
${
  inBody
    ? 'form |= {"client_id": env["CLIENT_ID"], "client_secret": env["CLIENT_SECRET"]}'
    : `pair = f'{env["CLIENT_ID"]}:{env["CLIENT_SECRET"]}'
request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())`
}
request.data = urllib.parse.urlencode(form).encode()
with urllib.request.urlopen(request) as response:
    print(json.load(response)["access_token"])`;

const go = (inBody: boolean) =>
  `package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func main() {
	form := url.Values{"grant_type": {"client_credentials"}, "resource": {os.Getenv("RESOURCE")}}
${
  inBody
    ? '\tform.Set("client_id", os.Getenv("CLIENT_ID"))\n\tform.Set("client_secret", os.Getenv("CLIENT_SECRET"))\n'
    : ''
}	request, err := http.NewRequest("POST", os.Getenv("ISSUER")+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
${inBody ? '' : '\trequest.SetBasicAuth(os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"))\n'}	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		AccessToken string \`json:"access_token"\`
		Error       string \`json:"error"\`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		log.Fatal(err)
	}
	if answer.Error != "" {
		log.Fatal(answer.Error)
	}
	fmt.Println(answer.AccessToken)
}`;

/** The same for one that signs an assertion with its own key (RFC 7523 §2.2). */
export function machineWithKey(): Snippet[] {
  const code = `import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { env } from 'node:process';

const { ISSUER, CLIENT_ID, PRIVATE_KEY_FILE, RESOURCE } = env;
const jwk = JSON.parse(readFileSync(PRIVATE_KEY_FILE, 'utf8'));
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = Math.floor(Date.now() / 1000);
const claims = { iss: CLIENT_ID, sub: CLIENT_ID, aud: ISSUER, jti: randomUUID(), iat: now, exp: now + 60 };
const signed = \`\${encode({ alg: 'ES256', kid: jwk.kid })}.\${encode(claims)}\`;
const key = createPrivateKey({ key: jwk, format: 'jwk' });
const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

const response = await fetch(\`\${ISSUER}/token\`, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    resource: RESOURCE,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: \`\${signed}.\${signature}\`,
  }),
});
const answer = await response.json();
if (!response.ok) throw new Error(answer.error_description ?? answer.error);
console.log(answer.access_token);`;
  return [
    {
      label: 'Node',
      language: 'javascript',
      how: `${t('snippets.keyMadeHere')} ${t('snippets.saveAs', { file: 'token.mjs', command: 'node --env-file=.env token.mjs' })}`,
      code,
    },
  ];
}
