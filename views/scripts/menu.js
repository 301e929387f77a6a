/** Menus are details elements. This closes them by Escape and by a click elsewhere, and moves in them by the arrow keys. */
const openMenu = () => document.querySelector('details.menu[open]');

function close(menu) {
  menu.open = false;
  menu.querySelector('summary').focus();
}

document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener('keydown', (event) => {
  const menu = openMenu();
  if (!menu) return;
  if (event.key === 'Escape') {
    close(menu);
    event.preventDefault();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !menu.contains(document.activeElement)) return;
  const items = [...menu.querySelectorAll('.menu-body :is(a, button)')];
  const at = items.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
  items[next].focus();
  event.preventDefault();
});
