import { DEVICE_GRANT } from '../support/device.ts';
import { CALLBACK, PKCE } from '../support/relying-app.ts';
import type { Change } from './scenarios.ts';
import type { Twin } from './stored.ts';
import type { World } from './twins.ts';

export interface Request {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const encode = encodeURIComponent;

/** The first request of a scenario. */
export function firstRequest(world: World, twin: Twin): Request {
  const { scenario, value } = twin;
  const { source, changes, query, headers } = scenario;
  const endpoints: Partial<Record<string, string>> = {
    introspection: '/token/introspection',
    revocation: '/token/revocation',
  };
  const proof = scenario.consent === 'noPkce' ? [] : [`code_verifier=${PKCE.verifier}`];
  const forms: Record<string, string[]> = {
    code: ['grant_type=authorization_code', `code=${value}`, `redirect_uri=${encode(CALLBACK)}`, ...proof],
    refresh: ['grant_type=refresh_token', `refresh_token=${value}`],
    device: [`grant_type=${encode(DEVICE_GRANT)}`, `device_code=${value}`],
    machine: [
      'grant_type=client_credentials',
      ...(scenario.app === 'several' ? [`resource=${encode(world.apis.plain)}`] : []),
    ],
    introspection: [`token=${value}`],
    revocation: [`token=${value}`],
  };
  const auth = authentication(twin);
  const pairs = changes.reduce((form, change) => changed(world, form, change, value), forms[source] ?? []);
  return {
    path: (endpoints[source] ?? '/token') + query,
    body: [...pairs, ...auth.pairs].join('&'),
    headers: { ...FORM, ...auth.headers, ...headers },
  };
}

/** A refresh with the token of an answer, with nothing odd about it. */
export function refreshRequest(twin: Twin, token: string): Request {
  const { pairs, headers } = authentication(twin);
  const body = ['grant_type=refresh_token', `refresh_token=${token}`, ...pairs].join('&');
  return { path: '/token', body, headers: { ...FORM, ...headers } };
}

function authentication({ scenario: { how }, app, side }: Twin): { pairs: string[]; headers: Record<string, string> } {
  const { clientId: id, clientSecret: secret } = app;
  const basic = (text: string, scheme = 'Basic ') => ({
    pairs: [],
    headers: { authorization: scheme + Buffer.from(text).toString('base64') },
  });
  const pairs = (...all: string[]) => ({ pairs: all, headers: {} });
  switch (how) {
    case 'basic':
      return basic(`${id}:${secret}`);
    case 'body':
      return pairs(`client_id=${id}`, `client_secret=${secret}`);
    case 'both':
      return { ...basic(`${id}:${secret}`), pairs: [`client_id=${id}`, `client_secret=${secret}`] };
    case 'wrong':
      return basic(`${id}:lks_wrong`);
    case 'none':
      return pairs();
    case 'id only':
      return pairs(`client_id=${id}`);
    case 'empty secret':
      return basic(`${id}:`);
    case 'lower':
      return basic(`${id}:${secret}`, 'basic ');
    case 'two spaces':
      return basic(`${id}:${secret}`, 'Basic  ');
    case 'unpadded':
      return {
        pairs: [],
        headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64').replace(/=+$/, '')}` },
      };
    case 'other id':
      return { ...basic(`${id}:${secret}`), pairs: ['client_id=app_other'] };
    case 'unknown app':
      return basic('app_unknown:lks_x');
    case 'bearer':
      return { pairs: [`client_id=${id}`], headers: { authorization: 'Bearer x' } };
    case 'encoded':
      return basic(`${id.replace('_', '%5F')}:${secret}`);
    case 'nothing after colon':
      return { pairs: [], headers: { authorization: 'Basic' } };
    case "another app's":
      return basic(`${id}:${side.apps.web.clientSecret}`);
  }
}

function changed({ apis }: World, form: readonly string[], change: Change, value: string): string[] {
  const without = (name: string) => form.filter((pair) => !pair.startsWith(`${name}=`));
  const mapped = (change: (pair: string) => string) => form.map(change);
  const more = (...pairs: string[]) => [...form, ...pairs];
  const isValue = (pair: string) => pair.endsWith(`=${value}`);
  switch (change) {
    case 'twice grant_type':
      return more(form[0] ?? '');
    case 'twice value':
      return more(...form.filter(isValue));
    case 'twice resource':
      return more(`resource=${encode(apis.plain)}`, `resource=${encode(apis.plain)}`);
    case 'empty resource':
      return more('resource=');
    case 'empty scope':
      return more('scope=');
    case 'empty value':
      return mapped((pair) => (isValue(pair) ? pair.slice(0, -value.length) : pair));
    case 'no value':
      return form.filter((pair) => !isValue(pair));
    case 'unknown parameter':
      return more('x=y');
    case 'prototype':
      return more('__proto__=x');
    case 'resource':
      return more(`resource=${encode(apis.plain)}`);
    case 'slashed resource':
      return more(`resource=${encode(`${apis.plain}/`)}`);
    case 'other resource':
      return more(`resource=${encode(apis.rsa)}`);
    case 'unknown resource':
      return more('resource=https://unknown.example.com');
    case 'relative resource':
      return more('resource=/relative');
    case 'narrower':
      return more('scope=reports:read');
    case 'wider':
      return more('scope=reports:read%20reports:delete');
    case 'nonsense scope':
      return more('scope=r%C3%A9ports');
    case 'openid scope':
      return more('scope=openid');
    case 'spaces in scope':
      return more('scope=reports:read%20');
    case 'backwards':
      return form.toReversed();
    case 'ampersands':
      return ['', ...form, '', ''];
    case 'encoded names':
      return mapped((pair) => pair.replace('_', '%5F'));
    case 'plus':
      return more('scope=reports%3Aread+reports%3Awrite');
    case 'nul':
      return more('scope=%00');
    case 'bad escape':
      return more('scope=%zz');
    case 'latin1':
      return more('scope=%E9');
    case 'upper grant':
      return mapped((pair) => (pair.startsWith('grant_type=') ? pair.toUpperCase() : pair));
    case 'no grant':
      return without('grant_type');
    case 'unknown grant':
      return ['grant_type=password', ...without('grant_type')];
    case 'grant of another':
      return ['grant_type=client_credentials', ...without('grant_type')];
    case 'no redirect':
      return without('redirect_uri');
    case 'other redirect':
      return [...without('redirect_uri'), 'redirect_uri=https://other.example.com/callback'];
    case 'no verifier':
      return without('code_verifier');
    case 'wrong verifier':
      return [...without('code_verifier'), `code_verifier=${'x'.repeat(43)}`];
    case 'short verifier':
      return [...without('code_verifier'), 'code_verifier=x'];
    case 'hint':
      return more('token_type_hint=access_token');
    case 'refresh hint':
      return more('token_type_hint=refresh_token');
    case 'long hint':
      return more(`token_type_hint=${encode('urn:ietf:params:oauth:token-type:access_token')}`);
    case 'odd hint':
      return more('token_type_hint=bogus');
    case 'empty hint':
      return more('token_type_hint=');
    case 'twice hint':
      return more('token_type_hint=access_token', 'token_type_hint=access_token');
    case 'large':
      return more(`scope=${'a'.repeat(60_000)}`);
    case 'surrogate':
      return more('scope=%ED%A0%80');
    case 'value in another case':
      return mapped((pair) => (isValue(pair) ? pair.replace(/=.*/, (text) => text.toUpperCase()) : pair));
    case 'assertion':
      return more('client_assertion=x');
    case 'no body':
      return [];
  }
}
