import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { Context } from 'koa';
import { AppError } from '../../errors.ts';
import { isStorable } from '../../json.ts';
import { t } from '../../texts/texts.ts';

/** A form with one file in it. */
export interface Upload {
  readonly fields: Readonly<Record<string, string>>;
  /** Empty when none was chosen; one byte more than the limit when it is larger. */
  readonly file: Buffer;
}

/** Whether a request is such a form. */
export const isUpload = (ctx: Context) => ctx.method === 'POST' && Boolean(ctx.is('multipart/form-data'));

/**
 * Reads a multipart form (RFC 7578) with one file, of which it keeps so many bytes and one. It is read to its end, so that
 * the form can come back with a sentence. Its parts may name a character set of their own, and what comes out of that is
 * looked at. @throws {AppError} invalid_request, malformed_encoding
 */
export async function readUpload(ctx: Context, mostBytes: number): Promise<Upload> {
  const fields = new Map<string, string>();
  const chunks: Buffer[] = [];
  try {
    const parser = new Busboy({
      headers: { ...ctx.req.headers, 'content-type': ctx.get('content-type') },
      limits: {
        files: 1,
        fields: 10,
        parts: 12,
        fileSize: mostBytes + 1,
        fieldSize: 1024,
        fieldNameSize: 100,
        headerPairs: 20,
      },
    });
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (_name, stream) => {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    });
    await pipeline(ctx.req, parser);
  } catch (cause) {
    throw new AppError('invalid_request', { detail: t('refusals.uploadUnreadable'), cause });
  }
  if (![...fields].flat().every(isStorable)) throw new AppError('malformed_encoding');
  return { fields: Object.fromEntries(fields), file: Buffer.concat(chunks) };
}
