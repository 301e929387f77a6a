import type { Context } from 'koa';
import type { Flash } from '../accounts/portal-sessions.ts';
import type { Db } from '../db/connections/connection.ts';
import { countToDecide, MOST_TO_DECIDE } from '../subscriptions/to-decide.ts';
import { type TextKey, t } from '../texts/texts.ts';
import type { ViewModels } from '../views/models.ts';
import type { Render } from '../views/render.ts';
import type { Shell } from '../views/shell.ts';
import { helpOf, type PortalView } from './help.ts';
import { isLook, type Visits, visitorOf } from './visits.ts';

export type PageOf<Name extends PortalView> = Omit<ViewModels[Name], 'shell'>;

/** Renders a view in the frame. A page that shows what was left for it once gets that from `flash`. */
export type Page = <Name extends PortalView>(
  ctx: Context,
  view: Name,
  model: PageOf<Name> | ((flash: Flash) => PageOf<Name>),
) => Promise<void>;

interface Section {
  readonly href: string;
  readonly label: TextKey;
  readonly icon: string;
  readonly for?: 'platform';
}

/** What the frame links to, in its order. */
const SECTIONS: readonly Section[] = [
  { href: '/', label: 'shell.home', icon: 'house' },
  { href: '/apps', label: 'shell.apps', icon: 'boxes' },
  { href: '/apis', label: 'shell.apis', icon: 'blocks' },
  { href: '/approvals', label: 'shell.approvals', icon: 'badge-check' },
  { href: '/teams', label: 'shell.teams', icon: 'users' },
  { href: '/tools/inspector', label: 'shell.inspector', icon: 'scan-search' },
  { href: '/operator', label: 'shell.operator', icon: 'sliders-horizontal', for: 'platform' },
];

/** Renders a page of the portal: who is signed in, where one is, and what the form before had to say. */
export function createPage(render: Render, visits: Visits, db: Db): Page {
  return async (ctx, view, model) => {
    const { account, by, csrf } = visitorOf(ctx);
    const [flash = {}, waiting] = await Promise.all([visits.take(ctx), countToDecide(db, by)]);
    const shell: Shell = {
      account: { name: account.name, email: account.email },
      csrf,
      here: isLook(ctx) ? ctx.path : '/',
      help: helpOf(view),
      sections: SECTIONS.filter((section) => section.for !== 'platform' || by.access.platformRole !== null).map(
        ({ href, label, icon }) => ({
          href,
          label: t(label),
          icon,
          current: isWithin(ctx.path, href),
          badge: href === '/approvals' && waiting > 0 ? badgeOf(waiting) : undefined,
        }),
      ),
      notice: typeof flash.notice === 'string' ? flash.notice : ctx.state.kept && t('forms.cameBack'),
    };
    const own = typeof model === 'function' ? model(flash) : model;
    render(ctx, view, { ...own, shell } as ViewModels[typeof view]);
  };
}

const badgeOf = (waiting: number) => ({
  text: waiting > MOST_TO_DECIDE ? `${MOST_TO_DECIDE}+` : String(waiting),
  more: t('shell.waiting', { count: waiting }),
});

const isWithin = (path: string, href: string) => (href === '/' ? path === '/' : `${path}/`.startsWith(`${href}/`));
