import { ADMIN_API } from '../apis/admin-api.ts';
import { type Branding, findBranding } from '../branding/branding.ts';
import type { Db } from '../db/connections/connection.ts';
import type { Ids } from './ids.ts';
import { readApis } from './read-apis.ts';
import { readApps } from './read-apps.ts';
import { readGroups, readTeams } from './read-people.ts';
import { ADMIN_API_NAME, type Declaration, type DeclaredBranding, VERSION } from './schema.ts';

export type WholeDeclaration = Declaration & {
  [Kind in 'branding' | 'groups' | 'teams' | 'apis' | 'apps']: NonNullable<Declaration[Kind]>;
};

/** What there is, whole: every list is in it. */
export interface Current {
  readonly declaration: WholeDeclaration;
  readonly ids: Ids;
  readonly pictures: KnownPictures;
}

/** By what the pictures of the branding are known again. */
export type KnownPictures = Readonly<
  Record<'logo' | 'dark_logo', { readonly digest: string | null; readonly source: string | null }>
>;

/** What the database has of all that a file can say, in a stable order. A statement for each kind, however many there are. */
export async function readCurrent(db: Db): Promise<Current> {
  const accounts = await db.selectFrom('accounts').select(['id', 'email_key']).execute();
  const ids: Ids = {
    teams: await namedIds(db, 'teams'),
    groups: await namedIds(db, 'groups'),
    accounts: new Map(accounts.map(({ email_key, id }) => [email_key, id])),
    apis: new Map([[ADMIN_API_NAME, ADMIN_API]]),
    roles: new Map(),
    subscriptions: new Map(),
  };
  const row = await findBranding(db);
  const declaration = {
    version: VERSION,
    branding: declaredBranding(row),
    groups: await readGroups(db),
    teams: await readTeams(db),
    apis: await readApis(db, ids),
    apps: await readApps(db, ids),
  };
  const pictures = {
    logo: { digest: row.logo_digest, source: row.logo_source },
    dark_logo: { digest: row.dark_logo_digest, source: row.dark_logo_source },
  };
  return { declaration, ids, pictures };
}

/** What is as in a new installation is left out. */
function declaredBranding({ logo, dark_logo, ...row }: Branding): DeclaredBranding {
  const base64 = (image: Uint8Array | null) => image && Buffer.from(image).toString('base64');
  const { name, accent, privacy_url, terms_url, support_url } = row;
  const said = { name, accent, privacy_url, terms_url, support_url, logo: base64(logo), dark_logo: base64(dark_logo) };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
}

async function namedIds(db: Db, table: 'teams' | 'groups'): Promise<Map<string, string>> {
  const rows = await db.selectFrom(table).select(['id', 'name_key']).execute();
  return new Map(rows.map(({ name_key, id }) => [name_key, id]));
}
