import { ADMIN_API } from '../../apis/admin-api.ts';
import { findApi } from '../../apis/apis.ts';
import { updateClient } from '../../clients/update-client.ts';
import type { Path } from '../problems.ts';
import { ADMIN_API_NAME, type DeclaredApp } from '../schema.ts';
import { type Change, PHASES, type Work } from './change.ts';

/** The default API of an app, which has to be one that it may use by then: a part of the change that names it. */
export function defaultApiOf(before: DeclaredApp | undefined, wanted: DeclaredApp, path: Path): Change[] {
  const { id: clientId, name, default_api: api } = wanted;
  if (before?.default_api === api) return [];
  const run = async ({ db, by }: Work) => {
    const row = api === ADMIN_API_NAME ? await findApi(db, ADMIN_API) : undefined;
    const defaultApi = row?.identifier ?? api ?? null;
    return updateClient(db, { clientId, changes: { defaultApi } }, by);
  };
  const about = { action: 'change', what: 'app', subject: `the app ${clientId} (${name})`, path } as const;
  return [{ ...about, phase: PHASES.afterSubscriptions, isSilent: true, run }];
}
