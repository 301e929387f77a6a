/**
 * The dialog behind Ctrl-K and ⌘K: a combobox (WAI-ARIA, list with automatic selection) over what the search page finds. Without a
 * script its button leads to that page.
 */
const dialog = document.getElementById('palette');

function openPalette(dialog) {
  const form = dialog.querySelector('form');
  const input = dialog.querySelector('input');
  const list = dialog.querySelector('[role=listbox]');
  const status = dialog.querySelector('[role=status]');
  let timer;
  let asking;
  let at = -1;

  const options = () => [...list.querySelectorAll('[role=option]')];

  function choose(index) {
    const all = options();
    at = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, place) => {
      option.setAttribute('aria-selected', place === at);
    });
    input.setAttribute('aria-expanded', all.length > 0);
    if (at < 0) return input.removeAttribute('aria-activedescendant');
    input.setAttribute('aria-activedescendant', all[at].id);
    all[at].scrollIntoView({ block: 'nearest' });
  }

  function show(page) {
    const groups = [...page.querySelectorAll('#list .found')].map((section, number) => {
      const group = document.createElement('div');
      group.setAttribute('role', 'group');
      const head = document.createElement('div');
      head.id = `palette-${number}`;
      head.className = 'palette-kind';
      head.textContent = section.querySelector('h2').textContent;
      group.setAttribute('aria-labelledby', head.id);
      const found = [...section.querySelectorAll('[data-found]')].map((link, place) => {
        const option = document.adoptNode(link);
        option.id = `palette-${number}-${place}`;
        option.setAttribute('role', 'option');
        option.tabIndex = -1;
        return option;
      });
      group.append(head, ...found);
      return group;
    });
    list.replaceChildren(...groups);
    status.textContent = page.getElementById('list-count')?.textContent ?? '';
    choose(0);
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const address = new URL(form.action);
    if (input.value.trim()) address.search = new URLSearchParams({ search: input.value });
    try {
      const answer = await fetch(address, { signal });
      const text = await answer.text();
      if (!signal.aborted) show(new DOMParser().parseFromString(text, 'text/html'));
    } catch {
      // Something else was typed meanwhile, or nobody answers: Enter leads to the page.
    }
  }

  function open() {
    if (dialog.open) return;
    input.value = '';
    dialog.showModal();
    void ask();
  }

  input.addEventListener('input', () => {
    // What is shown is not about this any more: Enter sends the form until it is.
    at = -1;
    asking?.abort();
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (steps) choose(at + steps);
    else if (event.key === 'Enter' && at >= 0 && !event.isComposing) options()[at].click();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return;
    event.preventDefault();
    open();
  });
  for (const link of document.querySelectorAll('[data-palette]')) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
    const key = link.querySelector('kbd');
    if (key && /Mac|iP/.test(navigator.platform)) key.textContent = '⌘K';
  }
}

if (dialog) openPalette(dialog);
