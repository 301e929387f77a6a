/** Tells the server in which time zone this browser is. Without this script the times in pages are of UTC, and say so. */
const { zonePath } = document.documentElement.dataset;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const told = `latchkey_zone=${zone}`;
if (zonePath && zone && !document.cookie.split('; ').includes(told)) {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  // biome-ignore lint/suspicious/noDocumentCookie: the other interface is not in all browsers
  document.cookie = `${told}; Path=${zonePath}; Max-Age=31536000; SameSite=Lax${secure}`;
}
