/** A second click on a button does not send its form a second time. Coming back to the page makes it new. */
const sent = new WeakSet();
document.addEventListener('submit', (event) => {
  if (event.defaultPrevented) return;
  if (sent.has(event.target)) event.preventDefault();
  else if (event.target.getAttribute('method') === 'post') sent.add(event.target);
});
addEventListener('pageshow', (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form);
});
