import type { Shell } from './shell.ts';
import type { AppViews } from './views/apps.ts';
import type { TeamViews } from './views/teams.ts';

/** Every page with what it needs. A template gets exactly this, and decides nothing. */
export interface ViewModels extends AppViews, TeamViews {
  error: {
    title: string;
    message: string;
    hint: string;
    code: string;
    /** For those who run the app: what exactly was wrong. */
    detail?: string;
    requestId: string;
  };
  /** For who is not signed in. */
  welcome: { issuer: string; discovery: string };
  home: { shell: Shell; issuer: string; discovery: string };
  'sign-in': {
    /** Where the form goes. */
    action: string;
    cancelAction: string;
    csrf: string;
    appName: string;
    /** Where its logo is. */
    logo: string | undefined;
    email: string;
    /** In words, above the form; undefined on the first visit. */
    problem: string | undefined;
  };
  consent: {
    action: string;
    cancelAction: string;
    csrf: string;
    appName: string;
    logo: string | undefined;
    /** Host or scheme that the person is sent back to. */
    returnsTo: string;
    account: { name: string; email: string };
    /** What the app may do, under the name of what it is about: the person's account, or an API. */
    permissionGroups: readonly {
      of: string;
      permissions: readonly { title: string; description: string }[];
    }[];
    /** The app can act while the person is away. */
    offline: boolean;
  };
  /** In place of consent, when there is nothing that the person may agree to. */
  'role-missing': {
    cancelAction: string;
    csrf: string;
    appName: string;
    account: { name: string; email: string };
    /** What was asked for, under the name of the API. */
    permissionGroups: readonly { of: string; permissions: readonly { title: string }[] }[];
  };
  'sign-out': { action: string; xsrf: string; appName: string | undefined };
  'signed-out': { appName: string | undefined };
}

export type ViewName = keyof ViewModels;
