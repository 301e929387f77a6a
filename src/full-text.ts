import MiniSearch from 'minisearch';

/** A piece of text that can be found: a section of a page, an operation. */
export interface Piece {
  readonly href: string;
  readonly title: string;
  /** What it is part of, which is searched too. */
  readonly of: string;
  readonly text: string;
  /** How much it counts beside others: 1 unless it says otherwise. */
  readonly weight?: number;
}

export interface Finding extends Omit<Piece, 'text' | 'weight'> {
  /** The passage that has what was looked for, in pieces. */
  readonly passage: readonly { readonly text: string; readonly found: boolean }[];
}

/** What is looked for may have this many characters; the rest is cut off. */
export const LONGEST_SEARCH = 100;
const MOST_FINDINGS = 20;
const PASSAGE = 180;

/**
 * Finds pieces by the words in them, their beginnings, and words that are nearly the same. Pieces with all words come before
 * those with some: with none that has all, those that have some are found.
 * @returns at most 20, the best first
 */
export function createFullText(pieces: readonly Piece[]): (search: string) => readonly Finding[] {
  const index = new MiniSearch<Piece & { id: number }>({
    fields: ['title', 'of', 'text'],
    searchOptions: {
      boost: { title: 4, of: 2 },
      boostDocument: (id) => pieces[id as number]?.weight ?? 1,
      prefix: (term) => term.length > 2,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
    },
  });
  index.addAll(pieces.map((piece, id) => ({ ...piece, id })));
  return (search) => {
    const words = search.slice(0, LONGEST_SEARCH);
    const all = index.search(words, { combineWith: 'AND' });
    const found = all.length > 0 ? all : index.search(words);
    return found.slice(0, MOST_FINDINGS).flatMap(({ id, terms }) => {
      const piece = pieces[id as number];
      return piece
        ? [{ href: piece.href, title: piece.title, of: piece.of, passage: passageOf(piece.text, terms) }]
        : [];
    });
  };
}

/** The passage around the first of the terms, with each of them marked. */
function passageOf(text: string, terms: readonly string[]): Finding['passage'] {
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${terms.map(escaped).join('|')})`, 'giu');
  const first = text.search(pattern);
  const from = first < 60 ? 0 : text.indexOf(' ', first - 60) + 1;
  const cut = text.slice(from, from + PASSAGE);
  const passage = `${from > 0 ? '… ' : ''}${cut}${from + PASSAGE < text.length ? ' …' : ''}`;
  return passage
    .split(new RegExp(`(${pattern.source})`, 'giu'))
    .map((piece, index) => ({ text: piece, found: index % 2 === 1 }))
    .filter(({ text: piece }) => piece !== '');
}

const escaped = (term: string) => term.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
