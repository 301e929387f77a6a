/**
 * A list follows what is typed and chosen: its button says which part of the page that is, and the part of the answer takes
 * the place of this one. With `data-field` just that field is followed.
 */
const PAUSE = 200;

function follow(button) {
  const { form } = button;
  const { live, says, field } = button.dataset;
  let timer;
  let asking;

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const fields = new URLSearchParams(new FormData(form));
    const address = new URL(button.hasAttribute('formaction') ? button.formAction : form.action);
    const looks = form.method === 'get';
    if (looks) address.search = new URLSearchParams([...fields].filter(([, value]) => value));
    try {
      const answer = await fetch(address, { signal, ...(looks ? {} : { method: 'POST', body: fields }) });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (signal.aborted) return;
      // What was ticked while the server answered is not in its answer.
      if (new URLSearchParams(new FormData(form)).toString() !== fields.toString()) {
        await ask();
        return;
      }
      const list = page.getElementById(live);
      // Who is signed out gets another page. The button leads there.
      if (!list) return;
      document.getElementById(live).replaceWith(document.adoptNode(list));
      // Screen readers read what changes in an element that stays.
      if (says) document.getElementById(says).textContent = page.getElementById(says)?.textContent ?? '';
      if (looks) history.replaceState(null, '', address);
    } catch {
      // Something else was typed meanwhile, or nobody answers: the button is still there.
    }
  }

  for (const one of field ? [form.elements[field]] : form.querySelectorAll('input, select')) {
    one.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
  }
}

for (const button of document.querySelectorAll('button[data-live]')) follow(button);
