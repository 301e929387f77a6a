import type { Generated, Selectable } from 'kysely';
import type { Late } from './columns.ts';

/** What the installation is called and looks like: one row, in which null is what Latchkey has by itself. */
export interface BrandingTable {
  id: Generated<boolean>;
  name: Late<string>;
  accent: Late<string>;
  privacy_url: Late<string>;
  terms_url: Late<string>;
  support_url: Late<string>;
  /** A PNG that we encoded ourselves, */
  logo: Late<Uint8Array>;
  /** a digest of it, */
  logo_digest: Late<string>;
  /** and one of the file that it was made from. */
  logo_source: Late<string>;
  dark_logo: Late<Uint8Array>;
  dark_logo_digest: Late<string>;
  dark_logo_source: Late<string>;
  version: Generated<number>;
  updated_at: Late<Date>;
}

export type BrandingRow = Selectable<BrandingTable>;
