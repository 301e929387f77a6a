import { posix } from 'node:path';
import { createFullText, type Finding } from '../full-text.ts';
import { type HelpFile, helpFiles, type Reader, readHelp } from './files.ts';
import { findable, type Lead, renderMarkdown, type Written } from './markdown.ts';

export const HELP = '/docs';

interface PageOfList {
  readonly href: string;
  readonly title: string;
  readonly about: string;
}

/** The pages of the documentation, from the files that are installed with the server. */
export interface Library {
  /** The list of pages, by whom they are for. */
  readonly groups: readonly { readonly reader: Reader; readonly pages: readonly PageOfList[] }[];
  page(name: string): (Written & { readonly address: string }) | undefined;
  find(search: string): readonly Finding[];
}

/** What is for contributors counts less in a search. */
const WEIGHTS: Readonly<Partial<Record<Reader, number>>> = { contributors: 0.4 };

/** Opens the documentation. A page is rendered when it is first asked for; the first search reads them all. */
export function openLibrary(): Library {
  const files = new Map(helpFiles().map((file) => [file.name, file]));
  const addresses = new Map([...files.values()].map(({ path, name }) => [path, addressOf(name)]));
  const rendered = new Map<string, Written>();
  const render = (file: HelpFile): Written => {
    const before = rendered.get(file.name);
    const written = before ?? renderMarkdown(readHelp(file), leadFrom(file, addresses));
    rendered.set(file.name, written);
    return written;
  };
  let find: Library['find'] | undefined;
  const groups = Map.groupBy(
    [...files.values()].filter(({ listed }) => listed),
    ({ reader }) => reader,
  );
  return {
    groups: [...groups].map(([reader, those]) => ({
      reader,
      pages: those.map((file) => ({ href: addressOf(file.name), title: titleOf(file), about: file.about })),
    })),
    page(name) {
      const file = files.get(name);
      return file && { ...render(file), address: addressOf(name) };
    },
    find(search) {
      find ??= createFullText(
        [...files.values()].flatMap((file) => findable(addressOf(file.name), render(file), WEIGHTS[file.reader] ?? 1)),
      );
      return find(search);
    },
  };
}

const titleOf = (file: HelpFile) => /^# (.*)$/m.exec(readHelp(file))?.[1] ?? file.name;
const addressOf = (name: string) => `${HELP}/${name}`;

/** Links between files become links between pages. Files that are no page here have no address: their names stay. */
function leadFrom({ path }: HelpFile, addresses: ReadonlyMap<string, string>): Lead {
  return (target) => {
    if (/^(?:https?|mailto):/.test(target) || target.startsWith('#')) return target;
    const [file = '', anchor] = target.split('#');
    const there = posix.join(posix.dirname(path), file);
    const address = there.startsWith('docs/pictures/') ? `/${there}` : addresses.get(there);
    return address && anchor ? `${address}#${anchor}` : address;
  };
}
