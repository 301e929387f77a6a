import type { Area } from '../parts.ts';
import { EXAMPLES } from './examples.ts';

/** The components of pages, each in every state, to look at while one changes them. Nobody needs it in production. */
export function addDevelopment({ router, page, production }: Area): void {
  if (production) return;
  router.get('/development/components', async (ctx) => {
    const names = [...new Set(EXAMPLES.map(({ component }) => component))];
    const groups = names.map((component) => ({
      component,
      examples: EXAMPLES.filter((example) => example.component === component),
    }));
    await page(ctx, 'development/components', { groups });
  });
}
