import type { AccountViews, LinkViews } from './models/account.ts';
import type { ReferenceViews } from './models/api-reference.ts';
import type { ApiViews } from './models/apis.ts';
import type { AppViews } from './models/apps.ts';
import type { BrandingViews } from './models/branding.ts';
import type { ComponentViews } from './models/components.ts';
import type { ConfirmViews } from './models/confirm.ts';
import type { DeviceViews, PermissionGroup } from './models/device.ts';
import type { HelpViews } from './models/help.ts';
import type { HomeViews } from './models/home.ts';
import type { SearchViews } from './models/lists.ts';
import type { OperatorViews } from './models/operator.ts';
import type { RoleViews } from './models/roles.ts';
import type { JoinViews, TeamViews } from './models/teams.ts';
import type { ToolViews } from './models/tools.ts';
import type { UsageViews } from './models/usage.ts';

type PortalViews = AccountViews &
  ApiViews &
  AppViews &
  BrandingViews &
  ComponentViews &
  ConfirmViews &
  HomeViews &
  JoinViews &
  LinkViews &
  OperatorViews &
  RoleViews &
  SearchViews &
  TeamViews &
  ToolViews &
  UsageViews;

/** Asks the browser for a passkey. */
export interface PasskeyForm {
  readonly action: string;
  /** `find`: of anybody, also in the suggestions of the field for the address. */
  readonly kind: 'find' | 'use';
  readonly label: string;
  /** There is no other way on the page. */
  readonly only: boolean;
}

/** Every page with what it needs. A template gets exactly this, and decides nothing. */
export interface ViewModels extends DeviceViews, HelpViews, PortalViews, ReferenceViews {
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
  'sign-in': {
    /** Where the form goes. */
    action: string;
    cancelAction: string;
    /** Where a new password is asked for. */
    forgot: string;
    csrf: string;
    appName: string;
    /** The team behind it, which nobody vouches for; undefined for an app of the operator. */
    team: string | undefined;
    verified: boolean;
    /** Where its logo is. */
    logo: string | undefined;
    email: string;
    passkey: PasskeyForm;
    /** In words, above the form; undefined on the first visit. */
    problem: string | undefined;
  };
  /** After the password, for who has a second factor. */
  'second-step': {
    action: string;
    cancelAction: string;
    csrf: string;
    /** Where one signs in as somebody else. */
    startAgain: string;
    appName: string;
    email: string;
    /** They have an authenticator app. */
    hasCodes: boolean;
    /** Nothing else is enough. */
    needsPasskey: boolean;
    passkey: PasskeyForm | undefined;
    /** Asks for a recovery code. */
    recovery: boolean;
    otherWay: string;
    problem: string | undefined;
  };
  /** For who gave the right password, and has to choose another one. */
  'new-password': {
    action: string;
    cancelAction: string;
    csrf: string;
    code: string;
    email: string;
    problem: string | undefined;
  };
  /** Setting up an authenticator app on the way. */
  'set-up': {
    action: string;
    cancelAction: string;
    csrf: string;
    appName: string;
    seed: string;
    qr: { readonly size: number; readonly path: string };
    problem: string | undefined;
  };
  consent: {
    action: string;
    cancelAction: string;
    csrf: string;
    /** A digest of what the page says, which comes back with the form. */
    shown: string;
    /** It says something else than when it was opened. */
    changed: boolean;
    appName: string;
    team: string | undefined;
    verified: boolean;
    logo: string | undefined;
    /** Host or scheme that the person is sent back to; undefined when the app is on another device. */
    returnsTo: string | undefined;
    /** By plain http, to another machine. */
    returnsInClear: boolean;
    account: { name: string; email: string };
    permissionGroups: readonly PermissionGroup[];
    /** What the person agreed to earlier, where the rest is new. */
    earlier: readonly PermissionGroup[];
    /** For how long it keeps what it gets, and when they are asked again. */
    lasting: readonly string[];
    /** The app can act while the person is away. */
    offline: DeviceViews['device-confirm']['offline'];
    /** Some of it can be left out. */
    hasChoices: boolean;
    /** All of it can be left out, and was. */
    leftAllOut: boolean;
  };
  'select-account': {
    action: string;
    anotherAction: string;
    cancelAction: string;
    csrf: string;
    appName: string;
    team: string | undefined;
    verified: boolean;
    account: { name: string; email: string };
  };
  /** In place of consent, when there is nothing that the person may agree to. */
  'role-missing': {
    cancelAction: string;
    csrf: string;
    appName: string;
    team: string | undefined;
    verified: boolean;
    account: { name: string; email: string };
    /** What was asked for, under the name of the API. */
    permissionGroups: readonly { of: string; permissions: readonly { title: string }[] }[];
  };
  'sign-out': { action: string; xsrf: string; appName: string | undefined; sendsItself: boolean; staysHere: boolean };
  'signed-out': { appName: string | undefined };
}

export type ViewName = keyof ViewModels;
