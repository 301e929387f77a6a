import type { Context } from 'koa';
import { AppError } from '../../errors.ts';

/** In these, ASCII means ASCII; what is not ASCII in a form of theirs is no UTF-8, and is refused with that. */
const LIKE_ASCII = new Set(['us-ascii', 'ascii', 'iso-8859-1', 'latin1', 'windows-1252']);

/**
 * Refuses a body that somebody behind this would have to unpack or convert: what was looked at must be what is read.
 * RFC 9110 §8.4 has Content-Encoding, RFC 9112 §6.1 codings in Transfer-Encoding. @throws {AppError} unsupported_coding
 */
export function requirePlainBody(ctx: Context): void {
  const { headers } = ctx.req;
  const transfer = headers['transfer-encoding'];
  if (transfer === undefined && !(Number(headers['content-length']) > 0)) return;
  const codings = [...listed(headers['content-encoding']), ...listed(transfer).filter((name) => name !== 'chunked')];
  if (codings.some((name) => name !== 'identity')) {
    // RFC 9110 §12.5.3: says what would have been taken.
    ctx.set('Accept-Encoding', 'identity');
    throw new AppError('unsupported_coding');
  }
  if (!charsetsOf(ctx).every((name) => isUtf8(name) || LIKE_ASCII.has(name))) throw new AppError('unsupported_coding');
}

const listed = (value: string | undefined) =>
  (value ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);

const isUtf8 = (charset: string) => charset === 'utf-8' || charset === 'utf8';

/** All that a Content-Type names, so that two readers cannot choose different ones. */
const charsetsOf = ({ req }: Context) =>
  [...(req.headers['content-type'] ?? '').matchAll(/;\s*charset\*?\s*=\s*("[^"]*"|[^;]*)/gi)].map(([, name = '']) =>
    name.replaceAll('"', '').trim().toLowerCase(),
  );

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A form's body as text. Raw bytes beyond ASCII are UTF-8, whatever it calls itself. @throws {AppError} malformed_encoding */
export function formText(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (cause) {
    throw new AppError('malformed_encoding', { cause });
  }
}
