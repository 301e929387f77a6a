import type { AppApi } from '../../apis/app-apis.ts';
import { findAlike } from '../../apis/identifiers.ts';
import { decideScopes } from '../../apis/policy.ts';
import type { KnownSecret } from '../../clients/token-clients.ts';
import { toEp } from '../../revocation/token-epochs.ts';
import { type Caller, OF_THE_CALLER } from '../caller.ts';
import type { Form } from '../form.ts';
import { isSmall } from '../issue/token-size.ts';

/** What a plain request for client credentials (RFC 6749 §4.4) gets. */
export interface MachineOrder {
  readonly clientId: string;
  readonly api: AppApi['api'];
  readonly scope: string;
  /** Without its hash: what is remembered was proved by the whole request. */
  readonly secret: Pick<KnownSecret, 'id' | 'expiresAt' | 'endsOthers'>;
  readonly ep: readonly number[];
}

export const parameters: ReadonlySet<string> = new Set(['grant_type', 'scope', 'resource', ...OF_THE_CALLER]);

/** Only what the policy grants in full; undefined for whatever would be refused, and for what is special. */
export function decide({ app, secret }: Caller, form: Form): MachineOrder | undefined {
  const { client } = app;
  if (!secret || client.type !== 'machine' || client.require_par) return undefined;
  const identifier = form.get('resource') ?? app.defaultApi;
  const appApi = identifier === undefined ? undefined : findAlike(app.apis, identifier);
  if (!appApi) return undefined;
  const requested = form.get('scope')?.split(' ');
  const { granted, refused } = decideScopes({ ...appApi, requested, roles: 'app' });
  if (refused.length > 0 || granted.length === 0) return undefined;
  const scope = granted.join(' ');
  const ep = toEp(app.epochs.incarnation, { ...app.epochs, ...appApi.epochs });
  const { id, expiresAt, endsOthers } = secret;
  const used = { id, expiresAt, endsOthers };
  return isSmall(scope) ? { clientId: client.id, api: appApi.api, scope, secret: used, ep } : undefined;
}
