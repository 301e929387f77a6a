import { z } from 'zod';
import type { HouseRules } from '../access.ts';
import type { ClientAuthMethod, ClientType } from '../db/tables/catalogue.ts';
import { nameOf } from '../names/names.ts';
import { t } from '../texts/texts.ts';
import { JwksUri, PublicJwks } from './keys/public-keys.ts';
import { CLIENT_TYPES, PURPOSES } from './purposes.ts';
import { judgeRedirectUri } from './redirect-uris.ts';
import { newSettingSchemas, type Settings, settingSchemas } from './settings/settings.ts';

const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

/** What can be given of an app beside its settings, by the names that all edges use. */
const fields = {
  name: nameOf(() => t('refusals.appName')),
  authMethod: z.enum(AUTH_METHODS, { error: () => t('refusals.chooseAuth') }),
  jwks: PublicJwks,
  jwksUri: JwksUri,
  /** An API's identifier. */
  defaultApi: z.string(),
};

const newClient = z.strictObject({
  name: fields.name,
  type: z.enum(CLIENT_TYPES, { error: () => t('refusals.chooseType', { types: CLIENT_TYPES.join(', ') }) }),
  /** The team that owns it; without one it belongs to the operator. */
  team: z.string().max(100).optional(),
  authMethod: fields.authMethod.default('client_secret_basic'),
  jwks: fields.jwks.optional(),
  jwksUri: fields.jwksUri.optional(),
  defaultApi: fields.defaultApi.optional(),
  ...newSettingSchemas,
});

/** What a developer gives when they register an app. */
export const NewAppOfTeam = newClient.superRefine((client, ctx) => checkConsistency(client, reportTo(ctx)));

/** What administrators and the operator give, beyond what a developer may. */
export const NewClient = newClient
  .extend({
    /** Scopes of APIs that it may use, without anyone's approval. */
    subscriptions: z.array(z.strictObject({ api: z.string(), scopes: z.array(z.string()) })).default([]),
    /** Whether an app that uses secrets gets its first one now; it cannot be shown again later. */
    firstSecret: z.boolean().default(true),
    /** Only for an app that the server itself needs under a known name. */
    id: z
      .string()
      .regex(/^(?!usr_|api_|sec_)[a-z][a-z0-9_-]{2,40}$/)
      .optional(),
  })
  .superRefine((client, ctx) => checkConsistency(client, reportTo(ctx)));

/** What can be changed of an app afterwards; what is left out stays as it is. */
export const ClientChanges = z
  .strictObject({
    ...fields,
    ...settingSchemas,
    jwks: fields.jwks.nullable(),
    jwksUri: fields.jwksUri.nullable(),
    defaultApi: fields.defaultApi.nullable(),
  })
  .partial();

export type WantedClient = z.output<typeof NewClient>;
export type WantedChanges = z.output<typeof ClientChanges>;

/** The parts of an app that must fit each other. */
export interface Fitting extends Readonly<Pick<Settings, 'redirectUris' | 'postLogoutRedirectUris' | 'pkce'>> {
  readonly type: ClientType;
  readonly authMethod: ClientAuthMethod;
  readonly jwks?: unknown;
  readonly jwksUri?: string | null | undefined;
}

export type Report = (path: (string | number)[], message: string) => void;

export function reportTo(ctx: {
  addIssue(issue: { code: 'custom'; path: (string | number)[]; message: string }): void;
}): Report {
  return (path, message) => ctx.addIssue({ code: 'custom', path, message });
}

type Uris = Pick<Fitting, 'redirectUris' | 'postLogoutRedirectUris'>;

const shown = (uri: string) => (uri.length > 200 ? `${uri.slice(0, 200)}…` : uri);

/**
 * Reports addresses that people cannot be sent to, by the rules of the house. An app keeps those that it has: what was
 * registered before a rule came is judged when it is used (oidc/apps/plain-http.ts), not when something else is changed.
 */
export function checkUris(
  client: Uris & Pick<Fitting, 'type'>,
  { rules, before }: { rules: HouseRules | undefined; before?: Uris | undefined },
  report: Report,
): void {
  for (const field of ['redirectUris', 'postLogoutRedirectUris'] as const) {
    for (const [index, uri] of client[field].entries()) {
      const verdict = before?.[field].includes(uri) ? { ok: true as const } : judgeRedirectUri(uri, client.type, rules);
      if (!verdict.ok)
        report([field, index], t('refusals.quotedAddress', { address: shown(uri), problem: verdict.explanation }));
    }
  }
}

/** Reports whatever does not go together, by field and in sentences. */
export function checkConsistency(client: Fitting, report: Report): void {
  const { isPublic, hasRedirectUris } = PURPOSES[client.type];
  if (!hasRedirectUris && client.redirectUris.length > 0) {
    report(['redirectUris'], t('refusals.noRedirects'));
  }
  if (hasRedirectUris && client.redirectUris.length === 0) {
    report(['redirectUris'], t('refusals.needsRedirect'));
  }
  checkKeys(client, isPublic, report);
}

function checkKeys({ authMethod, jwks, jwksUri, pkce }: Fitting, isPublic: boolean, report: Report): void {
  const sources = [jwks, jwksUri].filter((source) => source != null).length;
  if (isPublic && sources > 0) report(['jwks'], t('refusals.publicKeys'));
  else if (isPublic && authMethod === 'private_key_jwt') {
    report(['authMethod'], t('refusals.publicAuth'));
  } else if (authMethod === 'private_key_jwt' && sources !== 1) {
    report(['jwks'], t('refusals.needsKeys'));
  } else if (authMethod !== 'private_key_jwt' && sources > 0) {
    report(['jwks'], t('refusals.keysUnused'));
  }
  if (isPublic && pkce !== 'required') report(['pkce'], t('refusals.publicPkce'));
}
