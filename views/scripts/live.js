/** A list follows what is typed: its button says where to ask, and the list in the answer takes the place of this one. */
const PAUSE = 200;

function follow(button) {
  const { form } = button;
  let timer;
  let asking;

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const fields = new URLSearchParams(new FormData(form));
    const address = new URL(button.hasAttribute('formaction') ? button.formAction : form.action);
    const looks = form.method === 'get';
    if (looks) address.search = new URLSearchParams([...fields].filter(([, value]) => value));
    try {
      const answer = await fetch(address, {
        signal: asking.signal,
        ...(looks ? {} : { method: 'POST', body: fields }),
      });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const list = page.getElementById(button.dataset.live);
      // Who is signed out gets another page. The button leads there.
      if (!list) return;
      document.getElementById(button.dataset.live).replaceWith(document.adoptNode(list));
      if (looks) history.replaceState(null, '', address);
    } catch {
      // Something else was typed meanwhile, or nobody answers: the button is still there.
    }
  }

  form.elements[button.dataset.field].addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}

for (const button of document.querySelectorAll('button[data-live]')) follow(button);
