import { AppError } from '../errors.ts';

/** Which row, and the version of it that the caller has seen. An id alone is any version. */
export type Target = string | { readonly id: string; readonly version?: number | undefined };

export const idOf = (target: Target): string => (typeof target === 'string' ? target : target.id);

/** What If-Match asks for (RFC 9110 §13.1.1). @throws {AppError} precondition_failed */
export function requireVersion(target: Target, { version }: { readonly version: number }): void {
  if (typeof target === 'string' || target.version === undefined) return;
  if (target.version !== version) throw new AppError('precondition_failed');
}
