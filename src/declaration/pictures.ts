import type { By } from '../access.ts';
import { type Picture, toPicture } from '../branding/picture.ts';
import { AppError } from '../errors.ts';
import { createPictureDecoder } from '../pictures/decoder.ts';
import type { Parsed } from './parse.ts';
import { DeclarationError } from './problems.ts';

/** The pictures of a file, ready to be kept; what it does not name is undefined. */
export interface ReadyPictures {
  readonly logo: Picture | null | undefined;
  readonly darkLogo: Picture | null | undefined;
}

/** Unpacks the pictures of a file, ahead of the transaction. @throws {DeclarationError} with the line of one that is none */
export async function readyPictures({ declaration, lineOf }: Parsed, by: By): Promise<ReadyPictures> {
  const { branding } = declaration;
  const decoder = createPictureDecoder();
  const ready = async (name: 'logo' | 'dark_logo') => {
    const file = branding?.[name];
    if (file === undefined || file === null) return file;
    try {
      return await toPicture(decoder, Buffer.from(file, 'base64'), by);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new DeclarationError([{ line: lineOf(['branding', name]), message: error.message }], { cause: error });
    }
  };
  try {
    return { logo: await ready('logo'), darkLogo: await ready('dark_logo') };
  } finally {
    decoder.close();
  }
}
