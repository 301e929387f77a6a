import { AppError } from '../errors.ts';

export const MOST_LOGO_BYTES = 1024 * 1024;
/** Pixels on each side of what we keep. */
const SIDE = 256;
/** More pixels than that are not unpacked: a small file may hold a huge picture. */
const MOST_PIXELS = 24_000_000;

/** How the files begin that we unpack. SVG is not among them: it is a document that can do more than show a picture. */
const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['PNG', /^\x89PNG\r\n\x1A\n/],
  ['JPEG', /^\xFF\xD8\xFF/],
  ['WebP', /^RIFF[\s\S]{4}WEBP/],
];

/**
 * A picture that someone uploaded, as a PNG of our own making: what else was in the file does not survive.
 * @throws {AppError} invalid_request in a sentence for the person
 */
export async function toLogo(upload: Uint8Array): Promise<Buffer> {
  const start = Buffer.from(upload.subarray(0, 16)).toString('latin1');
  if (upload.length === 0) throw refuse('Choose a picture first.');
  if (upload.length > MOST_LOGO_BYTES) throw refuse('The picture is larger than 1 MB. Make it smaller and try again.');
  if (!SIGNATURES.some(([, signature]) => signature.test(start))) {
    throw refuse('Only PNG, JPEG and WebP pictures are taken, and no SVG.');
  }
  // Loaded when first needed: most processes never unpack a picture.
  const { default: sharp } = await import('sharp');
  try {
    return await sharp(upload, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 })
      .autoOrient()
      .resize(SIDE, SIDE, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 }, withoutEnlargement: true })
      .png({ compressionLevel: 9 })
      .toBuffer();
  } catch (cause) {
    throw refuse('This picture cannot be read. Save it as a PNG of less than 24 megapixels and try again.', cause);
  }
}

const refuse = (detail: string, cause?: unknown) => new AppError('invalid_request', { detail, cause });
