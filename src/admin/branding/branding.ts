import { z } from 'zod';
import { authorize, type By } from '../../access.ts';
import { readBranding } from '../../branding/branding.ts';
import { BrandingWords } from '../../branding/input.ts';
import { type Picture, toPicture } from '../../branding/picture.ts';
import { presentBranding } from '../../branding/present.ts';
import { rebrand } from '../../clients/own/rebrand.ts';
import { snakeNames } from '../../json-names.ts';
import type { PictureDecoder } from '../../pictures/decoder.ts';
import { operation } from '../operation.ts';
import { Time } from '../shapes.ts';

const Color = z.string().nullable();
const Address = z.string().nullable();

const Branding = z
  .object({
    name: z.string(),
    accent: Color,
    accent_light: Color,
    accent_dark: Color,
    privacy_url: Address,
    terms_url: Address,
    support_url: Address,
    logo_url: Address,
    dark_logo_url: Address,
    updated_at: Time.nullable(),
  })
  .meta({ id: 'Branding' });

/** What fits into a body with the rest. */
const MOST_LETTERS = 54_000;
const File = z
  .string()
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'A picture is sent in base64.')
  .max(MOST_LETTERS, 'A picture in a request has at most 40 kB. Upload a larger one in the portal, or by command.')
  .nullable()
  .optional();

const BrandingChanges = z
  .strictObject({ ...snakeNames(BrandingWords.shape), logo: File, dark_logo: File })
  .meta({ id: 'BrandingChanges', examples: [{ name: 'Acme ID', accent: '#7a1fa2' }] });

const tag = 'Branding';

export const brandingOperations = [
  operation({
    id: 'getBranding',
    method: 'GET',
    path: '/branding',
    tag,
    summary: 'What the installation is called and looks like',
    scope: 'branding:read',
    status: 200,
    result: Branding,
    async handle({ db, by, outbox }) {
      const branding = await readBranding(db, by);
      return { body: presentBranding(branding, outbox.issuer), version: branding.version };
    },
  }),
  operation({
    id: 'updateBranding',
    method: 'PATCH',
    path: '/branding',
    tag,
    summary: 'Change what the installation is called and looks like',
    description: 'What is left out stays; null is what a new installation has. All pages follow at once.',
    scope: 'branding:write',
    body: BrandingChanges,
    status: 200,
    result: Branding,
    conditional: true,
    async handle({ db, by, outbox, pictures, body, version }) {
      const { name, accent, privacy_url, terms_url, support_url } = body;
      const changes = {
        ...{ name, accent, privacyUrl: privacy_url, termsUrl: terms_url, supportUrl: support_url },
        logo: await pictureOf(pictures, body.logo, by),
        darkLogo: await pictureOf(pictures, body.dark_logo, by),
      };
      const branding = await rebrand(db, changes, by, version);
      return { body: presentBranding(branding, outbox.issuer), version: branding.version };
    },
  }),
];

async function pictureOf(
  pictures: PictureDecoder,
  file: string | null | undefined,
  by: By,
): Promise<Picture | null | undefined> {
  if (file === undefined || file === null) return file;
  authorize(by, 'platform.write', null);
  return toPicture(pictures, Buffer.from(file, 'base64'), by);
}
