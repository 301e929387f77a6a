import { AppError } from '../errors.ts';

/** The version in an If-Match header (RFC 9110 §13.1.1); undefined without one. @throws {AppError} for what we never sent */
export function readIfMatch(header: string): number | undefined {
  if (header === '' || header === '*') return undefined;
  const [, version] = /^"(\d{1,9})"$/.exec(header.trim()) ?? [];
  if (version === undefined) throw new AppError('precondition_failed');
  return Number(version);
}
