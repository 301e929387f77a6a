import { z } from 'zod';
import { ApiScopeInput, NewApi } from '../apis/api-schema.ts';
import { BrandingWords } from '../branding/input.ts';
import { checkConsistency, NewClient } from '../clients/client-input.ts';
import { PURPOSES } from '../clients/purposes.ts';
import { completeSettings, type WrittenSettings, writtenSettingSchemas } from '../clients/settings/settings.ts';
import { snakeNames, toSnake } from '../json-names.ts';
import { emailAddress } from '../names/addresses.ts';
import { Reason } from '../names/reason.ts';
import { GroupName } from '../roles/groups.ts';
import { NewRole } from '../roles/roles.ts';
import { TeamRoleName } from '../teams/members.ts';
import { TeamName } from '../teams/teams.ts';
import { MOST_IN_A_LIST } from './bounds.ts';
import { sentenceFor } from './sentences.ts';

/** The name of the admin API in a file: its identifier depends on where the server runs. */
export const ADMIN_API_NAME = 'latchkey-admin-api';

const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.strictObject(shape, { error: sentenceFor });

const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item).max(MOST_IN_A_LIST, 'A list of a file has at most 5,000 entries. Apply the file in parts.');

const Person = emailAddress('A person goes by an email address, such as ada@example.com.');
const Name = z.string().trim().min(1, 'A name cannot be empty.').max(300);
const people = (what: string) => list(Person).optional().describe(`${what}, by their email addresses`);
const Stopped = Reason.optional();

const picture = z
  .string()
  .regex(/^[A-Za-z0-9+/\s]+={0,2}\s*$/, 'A picture is written in base64.')
  .max(1_500_000, 'A picture has at most 1 MB.')
  .nullable()
  .optional();

const words = BrandingWords.shape;
const DeclaredBranding = object({
  name: words.name.describe('What the installation is called'),
  accent: words.accent.describe('The color of buttons and links, such as #0d5c6f'),
  privacy_url: words.privacyUrl,
  terms_url: words.termsUrl,
  support_url: words.supportUrl,
  logo: picture.describe('A square PNG, JPEG or WebP in base64. Left out, it stays as it is; null removes it.'),
  dark_logo: picture.describe('The same for dark pages'),
});

const DeclaredGroup = object({ name: GroupName, members: people('Who is in the group') });

const DeclaredTeam = object({
  name: TeamName,
  members: list(object({ email: Person, role: TeamRoleName })).optional(),
  suspended: Stopped.describe('Why the team is stopped. Left out, it stays as it is.'),
});

const scope = ApiScopeInput.shape;
const DeclaredScope = object({
  name: scope.name,
  description: scope.description,
  needs_approval: scope.needsApproval,
  needs_role: scope.needsRole,
});

const DeclaredRole = object({
  name: NewRole.shape.name,
  description: NewRole.shape.description,
  scopes: NewRole.shape.scopes.default([]),
  people: people('Who has the role'),
  groups: list(Name).optional().describe('Groups whose people have the role'),
});

const api = NewApi.shape;
export const DeclaredApi = object({
  identifier: api.identifier,
  name: api.name,
  team: Name.optional().describe('The team that owns it. Left out, the operator does.'),
  description: api.description,
  docs_url: api.docsUrl,
  token_lifetime: api.tokenLifetime.describe('How long its access tokens live, in seconds'),
  signing_alg: api.signingAlg,
  visibility: api.visibility,
  visible_teams: list(Name).default([]).describe('Teams that it is shown to, where visibility is selected'),
  roles_claim: api.rolesClaim,
  scopes: z.array(DeclaredScope).max(200, 'An API has at most 200 scopes.').optional(),
  roles: list(DeclaredRole).optional(),
  introspectors: list(Name).optional().describe('The ids of apps that introspect its tokens, as its resource servers'),
  suspended: Stopped.describe('Why the API is stopped. Left out, it stays as it is.'),
});

const DeclaredSubscription = object({
  api: Name.describe(`The identifier of an API, or ${ADMIN_API_NAME}`),
  scopes: list(Name).default([]),
  suspended: Stopped.describe('Why the subscription is stopped. Left out, it stays as it is.'),
});

const AppId = z
  .string({ error: 'An app needs an id. Choose one, such as sales-dashboard: it becomes its client_id.' })
  .regex(
    /^(?!usr_|api_|sec_|latchkey-)[a-z][a-z0-9_-]{2,40}$/,
    'An id has 3 to 41 small letters, digits, - or _, starts with a letter, and not with usr_, api_, sec_ or latchkey-.',
  );

/** The version that is written. */
export const VERSION = 2 as const;

const app = NewClient.shape;
const WrittenApp = object({
  id: AppId.describe('Its client_id, by which the app is known. Choose one for a new app.'),
  name: app.name,
  type: app.type,
  team: Name.optional().describe('The team that owns it. Left out, the operator does.'),
  auth_method: app.authMethod.describe('How it authenticates; of no meaning where a type cannot keep a secret'),
  jwks: app.jwks,
  jwks_uri: app.jwksUri,
  default_api: Name.optional(),
  ...snakeNames(writtenSettingSchemas),
  subscriptions: list(DeclaredSubscription).optional(),
  disabled: Stopped.describe('Why the app is stopped. Left out, it stays as it is.'),
}).superRefine((written, ctx) => {
  const declared = complete(written, VERSION);
  const fitting = {
    type: declared.type,
    authMethod: PURPOSES[declared.type].isPublic ? ('none' as const) : declared.auth_method,
    redirectUris: declared.redirect_uris,
    postLogoutRedirectUris: declared.post_logout_redirect_uris,
    jwks: declared.jwks,
    jwksUri: declared.jwks_uri,
    pkce: declared.pkce,
  };
  checkConsistency(fitting, ([field, ...rest], message) =>
    ctx.addIssue({ code: 'custom', path: [toSnake(String(field)), ...rest], message }),
  );
});

/** With what the file's version says of settings that are left out: a file means the same for ever. */
const complete = <App extends WrittenSettings>(written: App, version: 1 | 2) => ({
  ...written,
  ...completeSettings(written, version),
});

/** As the newest version has it. */
export const DeclaredApp = WrittenApp.transform((written) => complete(written, VERSION));

export const Declaration = object({
  version: z
    .literal([1, 2], 'This server reads versions 1 and 2 of the format: version: 2')
    .default(1)
    .describe('What is left out has the defaults of this version'),
  branding: DeclaredBranding.optional().describe('What people see of the installation. Left out, it stays as it is.'),
  groups: list(DeclaredGroup).optional(),
  teams: list(DeclaredTeam).optional(),
  apis: list(DeclaredApi).optional(),
  apps: list(WrittenApp).optional(),
}).transform(({ apps, ...rest }) => ({ ...rest, apps: apps?.map((written) => complete(written, rest.version)) }));

export type Declaration = z.output<typeof Declaration>;
export type DeclaredBranding = z.output<typeof DeclaredBranding>;
export type DeclaredGroup = z.output<typeof DeclaredGroup>;
export type DeclaredTeam = z.output<typeof DeclaredTeam>;
export type DeclaredApi = z.output<typeof DeclaredApi>;
export type DeclaredScope = z.output<typeof DeclaredScope>;
export type DeclaredRole = z.output<typeof DeclaredRole>;
export type DeclaredApp = z.output<typeof DeclaredApp>;
export type DeclaredSubscription = z.output<typeof DeclaredSubscription>;

/** The same for editors and other tools (JSON Schema, draft 2020-12). */
export function declarationJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(Declaration, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}
