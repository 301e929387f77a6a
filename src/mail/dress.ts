import type { Branding } from '../branding/branding.ts';
import { DEFAULT_NAME } from '../branding/input.ts';
import { paletteOf } from '../branding/palette.ts';

const LOGO = 'logo@mail';

/**
 * What a mail has beside its text where the installation has a logo: the same text as HTML, with logo and name above it. Only
 * addresses of this server become links, so that what others wrote stays text.
 */
export function dressOf(text: string, { name, accent, logo }: Branding, issuer: string) {
  if (!logo) return {};
  const color = accent ? paletteOf(accent).light.link : '#0b586b';
  const linked = (word: string) =>
    word === issuer || word.startsWith(`${issuer}/`) ? `<a href="${word}" style="color:${color}">${word}</a>` : word;
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map((part) => escaped(part).replace(/\S+/g, linked))
    .map((part) => `<p style="margin:0 0 16px">${part.replaceAll('\n', '<br>')}</p>`);
  const html = [
    '<!DOCTYPE html><html><head><meta charset="utf-8"></head>',
    '<body style="margin:0;padding:24px;background:#ffffff;color:#1d1c19;font:16px/1.5 system-ui,sans-serif">',
    `<p style="margin:0 0 24px"><img src="cid:${LOGO}" width="40" height="40" alt="" style="vertical-align:middle">`,
    `&nbsp; <strong>${escaped(name ?? DEFAULT_NAME)}</strong></p>`,
    ...paragraphs,
    '</body></html>',
  ].join('\n');
  const attachment = { cid: LOGO, filename: 'logo.png', content: Buffer.from(logo), contentType: 'image/png' };
  return { html, attachments: [{ ...attachment, contentDisposition: 'inline' as const }] };
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => SIGNS[sign] ?? sign);
