import { unescapeHtml } from './html.ts';
import type { Person } from './person.ts';

type Page = Awaited<ReturnType<Person['visit']>>;

/** The boxes of a consent page, by what they stand for. */
export const boxesOn = (page: { text: string }): Record<string, boolean> =>
  Object.fromEntries(
    [...page.text.matchAll(/<input type="checkbox" name="ticked" value="([^"]*)" form="allow"( checked)?>/g)].map(
      ([, value = '', checked]) => [unescapeHtml(value), checked !== undefined],
    ),
  );

/** Allows with these boxes ticked, whatever the page has ticked itself. @returns the page that comes next */
export async function allow(person: Person, page: Page, ticked: readonly string[]): Promise<Page> {
  const form = page.text.match(/<form method="post" action="([^"]*\/consent)" id="allow">([\s\S]*?)<\/form>/);
  if (!form?.[1] || !form[2]) throw new Error(`no consent on ${page.url}: ${page.text.slice(0, 2000)}`);
  const hidden = [...form[2].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value]);
  const boxes = ticked.map((value): [string, string] => ['ticked', value]);
  const target = new URL(form[1], page.url).href;
  const response = await person.request(target, { form: [...fields, ...boxes] });
  const location = response.headers.get('location');
  if (location) return person.visit(new URL(location, target).href);
  return { url: target, response, text: await response.text(), leftTo: undefined };
}
