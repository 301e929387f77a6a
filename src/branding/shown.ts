import { isDeepStrictEqual } from 'node:util';
import type { Watch } from '../db/changes.ts';
import type { Db } from '../db/connections/connection.ts';
import { BRANDING_TOPIC, type Branding, findBranding } from './branding.ts';
import { DEFAULT_NAME } from './input.ts';
import { paletteOf } from './palette.ts';
import { digestOf } from './picture.ts';
import { styleSheetOf } from './style-sheet.ts';

/** What every page shows of it. Addresses begin with a slash, wherever the server is. */
export interface ShownBrand {
  readonly name: string;
  /** undefined: the sign of Latchkey. `dark` is for dark surfaces. */
  readonly logo: { readonly src: string; readonly dark: string | undefined } | undefined;
  /** A style sheet with the accent; undefined for the one that pages have by themselves. */
  readonly styleSheet: string | undefined;
  readonly links: BrandLinks;
}

export interface BrandLinks {
  readonly privacy: string | undefined;
  readonly terms: string | undefined;
  readonly support: string | undefined;
}

/** A file of the branding, under an address that has a digest of it. */
export interface BrandFile {
  readonly type: 'image/png' | 'text/css';
  readonly body: Buffer;
  readonly digest: string;
}

export interface Brand {
  readonly current: () => ShownBrand;
  /** Waits until what has changed is read. When that cannot be read, pages look as before, until polling has more luck. */
  readonly refresh: () => Promise<void>;
  /** The file of this kind as it is now. A digest that is not known may be newer than what is remembered. */
  readonly find: (kind: string, digest: string) => Promise<BrandFile | undefined>;
  readonly watch: Watch;
}

interface Remembered {
  readonly shown: ShownBrand;
  readonly files: ReadonlyMap<string, BrandFile>;
}

/**
 * The branding, remembered in every process until it changes.
 * @param onLinks called when its links are others
 */
export async function openBrand(db: Db, onLinks: () => void): Promise<Brand> {
  const first = await findBranding(db);
  let remembered = remember(first);
  let version = first.version;
  let isStale = false;
  let [asked, known] = [0, 0];
  let reading: Promise<void> | undefined;
  const read = () => {
    reading = readNow();
    return reading;
  };
  const readNow = async () => {
    isStale = false;
    asked += 1;
    const mine = asked;
    const branding = await findBranding(db);
    // What was asked for earlier may come later.
    if (mine < known) return;
    known = mine;
    const { links } = remembered.shown;
    remembered = remember(branding);
    version = branding.version;
    if (!isDeepStrictEqual(links, remembered.shown.links)) onLinks();
  };
  const findVersion = async () => (await db.selectFrom('branding').select('version').executeTakeFirstOrThrow()).version;
  /** Anybody may ask for a digest that there is not: the pictures are read only when there are others. */
  const readNewer = async () => {
    if ((await findVersion()) !== version) await read();
  };
  return {
    current: () => remembered.shown,
    refresh: async () => {
      await (isStale ? read() : reading)?.catch(() => {});
    },
    async find(kind, digest) {
      if (kind === 'preview') return previewOf(digest);
      if (remembered.files.get(kind)?.digest !== digest) await readNewer();
      return remembered.files.get(kind);
    },
    watch: {
      topic: BRANDING_TOPIC,
      fingerprint: async () => String(await findVersion()),
      invalidate() {
        isStale = true;
      },
      onChange: read,
    },
  };
}

const ADDRESSES = { accent: 'css', logo: 'png', 'dark-logo': 'png' } as const;

export const brandFileAddress = (kind: keyof typeof ADDRESSES, digest: string) =>
  `/brand/${kind}-${digest}.${ADDRESSES[kind]}`;

function remember(branding: Branding): Remembered {
  const { accent, logo_digest: logo, dark_logo_digest: dark } = branding;
  const sheet = accent ? toFile('text/css', Buffer.from(styleSheetOf(paletteOf(accent)))) : undefined;
  const shown = {
    name: branding.name ?? DEFAULT_NAME,
    logo: logo
      ? { src: brandFileAddress('logo', logo), dark: dark ? brandFileAddress('dark-logo', dark) : undefined }
      : undefined,
    styleSheet: sheet && brandFileAddress('accent', sheet.digest),
    links: linksOf(branding),
  };
  const files = new Map<string, BrandFile>();
  if (sheet) files.set('accent', sheet);
  if (branding.logo) files.set('logo', toFile('image/png', Buffer.from(branding.logo)));
  if (branding.dark_logo) files.set('dark-logo', toFile('image/png', Buffer.from(branding.dark_logo)));
  return { shown, files };
}

/** An accent that is thought of, for the page that shows it. */
function previewOf(digits: string): BrandFile | undefined {
  if (!/^[0-9a-f]{6}$/.test(digits)) return undefined;
  const text = styleSheetOf(paletteOf(`#${digits}`), '.accent-preview');
  return { type: 'text/css', body: Buffer.from(text), digest: digits };
}

const toFile = (type: BrandFile['type'], body: Buffer): BrandFile => ({ type, body, digest: digestOf(body) });

const linksOf = ({ privacy_url, terms_url, support_url }: Branding): BrandLinks => ({
  privacy: privacy_url ?? undefined,
  terms: terms_url ?? undefined,
  support: support_url ?? undefined,
});
