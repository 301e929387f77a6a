import { Marked, type Tokens, type TokensList } from 'marked';
import type { Piece } from '../full-text.ts';
import type { HelpPiece, HelpSection } from '../views/models/help.ts';

/** A page of Markdown, taken apart. */
export interface Written {
  readonly title: string;
  /** HTML, and code that stands between. */
  readonly pieces: readonly HelpPiece[];
  readonly sections: readonly HelpSection[];
  /** The same as plain text, section by section; the first has no anchor. */
  readonly texts: readonly { readonly anchor: string; readonly title: string; readonly text: string }[];
}

/** Where the links and pictures of a page lead here; undefined for what is not served. */
export type Lead = (target: string) => string | undefined;

/** The languages of our pages under the names that the highlighter knows. */
const LANGUAGES = {
  sh: 'bash',
  ts: 'javascript',
  js: 'javascript',
  json: 'json',
  http: 'http',
  ini: 'ini',
  dotenv: 'bash',
  nginx: 'nginx',
  python: 'python',
  go: 'go',
  yaml: 'yaml',
} as const;

/** A place in the HTML at which code stands. Nobody's text has these characters. */
const PLACE = /\uE000(\d+)\uE001/;

/** Renders a page of ours. HTML in it is not let through; comments are left out. */
export function renderMarkdown(text: string, lead: Lead): Written {
  const codes: HelpPiece[] = [];
  const anchors = createAnchors();
  const tables = createCounted((label, times) => `${label} (${times})`);
  const sections: HelpSection[] = [];
  const markdown = new Marked({
    gfm: true,
    renderer: {
      html: ({ text: html }) => (html.startsWith('<!--') ? '' : escapeHtml(html)),
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        const title = plainOf(tokens);
        const anchor = anchors(title);
        // The page says its name itself.
        if (depth === 1) return '';
        if (depth <= 3) sections.push({ anchor, title, depth });
        return `<h${depth} id="${anchor}"><a class="anchor" href="#${anchor}">${inner}</a></h${depth}>\n`;
      },
      code({ text: code, lang }) {
        codes.push({ code, language: LANGUAGES[lang as keyof typeof LANGUAGES] });
        return `\uE000${codes.length - 1}\uE001`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const target = lead(href);
        return target === undefined ? inner : `<a href="${escapeHtml(target)}">${inner}</a>`;
      },
      image({ href, text: words }) {
        const target = lead(href);
        return target === undefined
          ? escapeHtml(words)
          : `<img src="${escapeHtml(target)}" alt="${escapeHtml(words)}">`;
      },
      table({ header, rows }) {
        const cell = (tag: string) => (one: Tokens.TableCell) =>
          `<${tag}>${this.parser.parseInline(one.tokens)}</${tag.split(' ')[0]}>`;
        const named = header.map(({ tokens }) => plainOf(tokens).trim()).filter((name) => name !== '');
        const head = header
          .map((one) => (plainOf(one.tokens).trim() ? cell('th scope="col"')(one) : '<td></td>'))
          .join('');
        const body = rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>\n`).join('');
        const label = tables(named.join(', ') || sections.at(-1)?.title || 'Table');
        const rowOfNames = named.length > 0 ? `<thead><tr>${head}</tr></thead>\n` : '';
        return `<div class="wide" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table>${rowOfNames}<tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  const tokens = markdown.lexer(text);
  const html = markdown.parser(tokens).split(PLACE);
  const texts = textsOf(tokens);
  return {
    title: texts[0]?.title ?? '',
    pieces: html.flatMap((part, index) => (index % 2 === 0 ? { html: part } : (codes[Number(part)] ?? []))),
    sections,
    texts,
  };
}

/** What each section says, its headings left out. */
function textsOf(tokens: TokensList): Written['texts'] {
  const anchors = createAnchors();
  const sections: { anchor: string; title: string; texts: string[] }[] = [];
  for (const token of tokens) {
    if (token.type === 'heading') {
      const title = plainOf((token as Tokens.Heading).tokens);
      const anchor = anchors(title);
      sections.push({ anchor: token.depth === 1 ? '' : anchor, title, texts: [] });
    } else if (token.type !== 'html') sections.at(-1)?.texts.push(plainOf([token]));
  }
  return sections.map(({ texts, ...section }) => ({ ...section, text: texts.join(' ').replace(/\s+/g, ' ').trim() }));
}

type AnyToken = Readonly<Record<string, unknown>>;

/** The text of tokens without their signs. */
function plainOf(tokens: readonly unknown[]): string {
  return (tokens as readonly AnyToken[])
    .map((token) => {
      if (token.type === 'table') {
        const { header, rows } = token as unknown as Tokens.Table;
        return [header, ...rows].map((row) => row.map(({ tokens: inner }) => plainOf(inner)).join(' ')).join(' ');
      }
      if (Array.isArray(token.items)) return plainOf(token.items);
      if (Array.isArray(token.tokens)) return plainOf(token.tokens) + (BLOCKS.has(String(token.type)) ? ' ' : '');
      return token.type === 'html' ? '' : unescaped(String(token.text ?? ' '));
    })
    .join('');
}

const BLOCKS = new Set(['paragraph', 'list_item', 'blockquote', 'text']);

/** Makes every name another one: the second time and later, by `again`. */
function createCounted(again: (name: string, times: number) => string): (name: string) => string {
  const times = new Map<string, number>();
  return (name) => {
    const now = (times.get(name) ?? 0) + 1;
    times.set(name, now);
    return now === 1 ? name : again(name, now);
  };
}

/** Names for headings as GitHub makes them, so that links written for there lead here as well. */
function createAnchors(): (title: string) => string {
  const counted = createCounted((anchor, times) => `${anchor}-${times - 1}`);
  return (title) =>
    counted(
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    );
}

/** The sections of a page as pieces to find. */
export const findable = (address: string, { title, texts }: Written, weight: number): readonly Piece[] =>
  texts.map((section) => ({
    weight,
    href: section.anchor ? `${address}#${section.anchor}` : address,
    title: section.title,
    of: title,
    text: section.text,
  }));

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
const unescaped = (text: string) =>
  text.replace(/&(?:amp|lt|gt|quot|#39);/g, (name) => Object.keys(SIGNS).find((sign) => SIGNS[sign] === name) ?? name);
