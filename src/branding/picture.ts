import { createHash } from 'node:crypto';
import type { By } from '../access.ts';
import type { PictureDecoder } from '../pictures/decoder.ts';
import { toLogo } from '../pictures/logo.ts';

/** A picture as it is kept. */
export interface Picture {
  /** A small PNG of our own making. */
  readonly image: Buffer;
  readonly digest: string;
  /** A digest of the file that it was made from. */
  readonly source: string;
}

/**
 * Takes a file that somebody sent as a logo, by the rules for the logos of apps.
 * @throws {AppError} invalid_request in a sentence for the person; unavailable when too many pictures wait
 */
export async function toPicture(pictures: PictureDecoder, file: Uint8Array, by: By): Promise<Picture> {
  const image = await toLogo(pictures, file, `${by.actor.type} ${by.actor.id}`);
  return { image, digest: digestOf(image), source: digestOf(file) };
}

export const digestOf = (content: Uint8Array | string) =>
  createHash('sha256')
    .update(content)
    .digest('base64url')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 16);
