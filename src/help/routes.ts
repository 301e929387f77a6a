import Router from '@koa/router';
import type { Context } from 'koa';
import { AppError } from '../errors.ts';
import { LONGEST_SEARCH } from '../full-text.ts';
import { t } from '../texts/texts.ts';
import { presentFound } from '../views/findings.ts';
import type { HelpFrame } from '../views/models/help.ts';
import type { Render } from '../views/render.ts';
import { readDrawing } from './files.ts';
import { HELP, type Library, openLibrary } from './library.ts';

/** The documentation has nothing in it of whoever reads it. */
export const isHelp = (path: string) => path === HELP || path.startsWith(`${HELP}/`);

/** The documentation of the installed version, for everybody: its pages, and a search in them. */
export function helpRoutes({ render }: { readonly render: Render }): Router {
  const router = new Router({ prefix: HELP });
  const library = openLibrary();

  router.get('/', (ctx) => {
    const search = searchOf(ctx);
    const findings = search === '' ? undefined : library.find(search);
    render(ctx, 'help/index', {
      frame: frameOf([], '', []),
      groups: groupsOf(library),
      found: presentFound(search, findings),
    });
  });

  router.get('/pictures/:name', (ctx) => {
    const drawing = readDrawing(String(ctx.params.name));
    if (!drawing) throw new AppError('not_found');
    ctx.type = 'svg';
    ctx.set('Cache-Control', 'public, max-age=300');
    ctx.body = drawing;
  });

  const show = (ctx: Context, name: string) => {
    const page = library.page(name);
    if (!page) throw new AppError('not_found');
    const frame = frameOf(groupsOf(library), page.address, page.sections);
    render(ctx, 'help/page', { frame, title: page.title, pieces: page.pieces });
  };
  router.get('/:name', (ctx) => show(ctx, String(ctx.params.name)));
  for (const folder of ['connect', 'decisions']) {
    router.get(`/${folder}/:name`, (ctx) => show(ctx, `${folder}/${ctx.params.name}`));
  }
  return router;
}

/** What is too long to look for is cut off; what comes twice asks for nothing. */
function searchOf({ query }: Context): string {
  return typeof query.search === 'string' ? query.search.trim().slice(0, LONGEST_SEARCH) : '';
}

const groupsOf = (library: Library) =>
  library.groups.map(({ reader, pages }) => ({ title: t(`help.${reader}`), pages }));

function frameOf(groups: ReturnType<typeof groupsOf>, address: string, sections: HelpFrame['sections']): HelpFrame {
  return {
    area: 'docs',
    groups: groups.map(({ title, pages }) => ({
      title,
      pages: pages.map((page) => ({ href: page.href, label: page.title, current: page.href === address })),
    })),
    sections,
  };
}
