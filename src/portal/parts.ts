import type Router from '@koa/router';
import type { Context } from 'koa';
import type { HouseRules } from '../access.ts';
import type { MasterKey } from '../config.ts';
import type { Database } from '../db/connections/connection.ts';
import type { Statement } from '../db/statement.ts';
import type { ChosenSignOuts } from '../http/chosen-sign-outs.ts';
import type { ChosenLanguages } from '../http/language.ts';
import type { Counted } from '../http/limits.ts';
import type { Loopback } from '../http/network/loopback.ts';
import type { ChosenThemes } from '../http/theme.ts';
import type { OpenOutbox } from '../mail/outbox.ts';
import type { PictureDecoder } from '../pictures/decoder.ts';
import type { Render } from '../views/render.ts';
import type { LinkLimits } from './links/limits.ts';
import type { Page } from './shell.ts';
import type { Visits } from './visits.ts';

/** One thing that the doctor has found (src/doctor/rule.ts). */
export interface Diagnosed {
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export interface PortalParts extends LinkLimits {
  /** Looks at settings and database. What it found can be told in the language of each who asks, the worst first; without secrets. */
  readonly diagnosis: () => Promise<() => readonly Diagnosed[]>;
  readonly rules: HouseRules;
  readonly db: Database['db'];
  readonly render: Render;
  readonly themes: ChosenThemes;
  readonly languages: ChosenLanguages;
  readonly production: boolean;
  readonly signOuts: ChosenSignOuts;
  readonly clock: () => Date;
  readonly issuer: string;
  readonly cookieKeys: readonly string[];
  readonly masterKeys: readonly MasterKey[];
  readonly loopback: Loopback;
  readonly outbox: OpenOutbox;
  readonly pictures: PictureDecoder;
  /** Whether mail goes out, or just stays in the outbox. */
  readonly sendsMail: boolean;
  /** Wrong passwords, which count together with those of signing in. */
  readonly guesses: {
    /** Counts one before it is checked. */
    begin(ctx: Context, email: string): Promise<Counted>;
    /** Takes it back with the statement: it was right. */
    succeeded(ctx: Context, email: string, statement: Statement): Promise<void>;
    /** Forgets those of an account whose password was set by a link. */
    rebound(ctx: Context, email: string): Promise<void>;
  };
}

/** What every area of the portal gets. */
export interface Area extends PortalParts {
  /** From here on the visitor is signed in, and every POST is a form of this visit. */
  readonly router: Router;
  readonly visits: Visits;
  readonly page: Page;
}
