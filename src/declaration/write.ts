import { stringify } from 'yaml';
import { type Declaration, DeclaredApi, DeclaredApp, VERSION } from './schema.ts';

const HEADING = `# What this Latchkey server is configured to have: its branding, groups, teams, APIs with their roles,
# and apps.
#
# No secret is in here, and none is needed: a new app has no secret until one is added
# (npx latchkey secret add ID). Settings that are left out have their defaults; a list that is
# left out is not looked at. What is stopped can be said here, but nothing is started by it.
#
#   npx latchkey apply -f latchkey.yaml --dry-run    shows what would change
#   npx latchkey apply -f latchkey.yaml              makes it so
#   npx latchkey schema                              is the JSON Schema of this file
`;

const api = DeclaredApi.parse({ identifier: 'https://api.example.com', name: 'defaults' });
const app = DeclaredApp.parse({ id: 'defaults', name: 'defaults', type: 'machine' });
const DEFAULTS = {
  api: without(api, ['identifier', 'name']),
  app: without(app, ['id', 'name', 'type']),
  scope: { description: '', needs_approval: false, needs_role: false },
  role: { description: '' },
};

/** A configuration as a file, the same for the same configuration. */
export function writeDeclaration(declaration: Declaration): string {
  return (
    HEADING +
    stringify(plainDeclaration(declaration), {
      lineWidth: 0,
      aliasDuplicateObjects: false,
      // Quotes what a reader of YAML 1.1 would take for something else than text, such as a group named “on”.
      compat: 'yaml-1.1',
    })
  );
}

/** The same as plain values, without what is a default anyway. */
export function plainDeclaration({ branding, groups, teams, apis, apps }: Declaration) {
  return {
    version: VERSION,
    ...(branding && Object.keys(branding).length > 0 && { branding }),
    groups,
    teams,
    apis: apis?.map((declared) => {
      const { scopes, roles } = declared;
      return {
        ...terse(declared, DEFAULTS.api),
        ...(scopes && { scopes: scopes.map((scope) => terse(scope, DEFAULTS.scope)) }),
        ...(roles && { roles: roles.map((role) => terse(role, DEFAULTS.role)) }),
      };
    }),
    apps: apps?.map((declared) => terse(declared, DEFAULTS.app)),
  };
}

/** The members that say something beyond a default. */
function terse(value: object, defaults: Readonly<Record<string, unknown>>): object {
  const isSaid = ([name, member]: [string, unknown]) =>
    member !== undefined && JSON.stringify(member) !== JSON.stringify(defaults[name]);
  return Object.fromEntries(Object.entries(value).filter(isSaid));
}

function without(value: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
