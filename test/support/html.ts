const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
};

/** Text of a page as a person reads it. */
export function unescapeHtml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** What stands in the blocks to copy, by their labels. */
export function copiesOf(html: string): Record<string, string> {
  const blocks = html.matchAll(/<pre tabindex="0" aria-label="([^"]*)"><code>([\s\S]*?)<\/code>/g);
  const text = (code: string) => unescapeHtml(code.replace(/<\/?span[^>]*>/g, ''));
  return Object.fromEntries([...blocks].map(([, label = '', code = '']) => [unescapeHtml(label), text(code)]));
}
