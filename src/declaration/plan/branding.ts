import { digestOf } from '../../branding/picture.ts';
import { rebrand } from '../../clients/own/rebrand.ts';
import type { KnownPictures } from '../read.ts';
import type { DeclaredBranding } from '../schema.ts';
import { type Change, differences, type FieldChange, PHASES } from './change.ts';

const WORDS = ['name', 'accent', 'privacy_url', 'terms_url', 'support_url'] as const;

/** What is left out of the words is as in a new installation; a picture that is left out is not looked at. */
export function planBranding(current: DeclaredBranding, known: KnownPictures, wanted: DeclaredBranding): Change[] {
  const pictures = (['logo', 'dark_logo'] as const).flatMap((name) => pictureChange(name, known, wanted));
  const fields = [...differences(current, wanted, WORDS), ...pictures];
  if (fields.length === 0) return [];
  const { name = null, accent = null, privacy_url = null, terms_url = null, support_url = null } = wanted;
  const words = { name, accent, privacyUrl: privacy_url, termsUrl: terms_url, supportUrl: support_url };
  const run: Change['run'] = ({ db, by, pictures: ready }) => rebrand(db, { ...words, ...ready }, by);
  return [
    {
      action: 'change',
      what: 'branding',
      subject: 'the branding',
      fields,
      path: ['branding'],
      phase: PHASES.branding,
      run,
    },
  ];
}

/** A picture is known by a digest of itself as it is kept, which export writes, and of the file that it was made from. */
function pictureChange(name: keyof KnownPictures, known: KnownPictures, wanted: DeclaredBranding): FieldChange[] {
  const file = wanted[name];
  if (file === undefined) return [];
  const { digest, source } = known[name];
  const to = file === null ? null : digestOf(Buffer.from(file, 'base64'));
  return to === digest || (to !== null && to === source) ? [] : [{ name, from: digest, to }];
}
