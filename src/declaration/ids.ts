import { emailKey } from '../names/addresses.ts';
import { nameKey } from '../names/names.ts';

/** The ids under which the database knows what a file names. */
export interface Ids {
  /** By the key of the name. */
  readonly teams: Map<string, string>;
  readonly groups: Map<string, string>;
  /** By the key of the address. */
  readonly accounts: Map<string, string>;
  /** By identifier; the admin API also by its name in files. */
  readonly apis: Map<string, string>;
  /** By API and name. */
  readonly roles: Map<string, string>;
  /** By app and API. */
  readonly subscriptions: Map<string, string>;
}

/** A key of two parts. */
export const pair = (first: string, second: string) => JSON.stringify([first, second]);

export const teamId = (ids: Ids, name: string) => found(ids.teams.get(nameKey(name)), name);
export const groupId = (ids: Ids, name: string) => found(ids.groups.get(nameKey(name)), name);
export const accountId = (ids: Ids, email: string) => found(ids.accounts.get(emailKey(email)), email);
export const apiId = (ids: Ids, name: string) => found(ids.apis.get(name), name);

/** References were looked at before anything was done (references.ts). */
function found(id: string | undefined, name: string): string {
  if (id === undefined) throw new Error(`nothing is known of ${name}`);
  return id;
}
export const roleId = (ids: Ids, api: string, name: string) => found(ids.roles.get(pair(api, name)), name);
export const subscriptionId = (ids: Ids, app: string, api: string) => found(ids.subscriptions.get(pair(app, api)), api);
