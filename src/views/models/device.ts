export interface DeviceViews {
  'device-code': {
    action: string;
    xsrf: string;
    userCode: string;
    /** In words, above the form. */
    problem: string | undefined;
    /** Sends itself where there is JavaScript: the code came with the address. */
    sendsItself: boolean;
  };
  'device-confirm': {
    action: string;
    xsrf: string;
    userCode: string;
    appName: string;
    team: string | undefined;
    verified: boolean;
    /** A digest of what the page says, which comes back with the form. */
    shown: string;
    /** It says something else than when it was opened. */
    changed: boolean;
    /** Who is signed in already. */
    account: { name: string; email: string } | undefined;
    permissionGroups: readonly PermissionGroup[];
    /** The app can act while the person is away. */
    offline: { choice: Choice | undefined } | undefined;
  };
  'device-done': { appName: string };
  'device-denied': Record<string, never>;
}

/** What an app may do, under the name of what it is about: the person's account, or an API. */
export interface PermissionGroup {
  of: string;
  /** Its identifier; undefined for the person's account. */
  api: string | undefined;
  /** The team that has the API; undefined for what is the operator's. */
  by?: string | undefined;
  /** What else there is at the API that the app does not get: some of it, and how much more. */
  beyond: { readonly titles: readonly string[]; readonly more: number } | undefined;
  permissions: readonly { title: string; description: string; choice: Choice | undefined }[];
}

/** A box for what the person may leave out: its value, and whether it is ticked. */
export interface Choice {
  value: string;
  ticked: boolean;
}
