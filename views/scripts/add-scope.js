/** Adds a line for one more scope at once. Without this script the button asks the server for the page with one more. */
const button = document.querySelector('button[name="add"]');

/** The last line as an empty one, under the next number. */
function nextLine(last) {
  const line = last.cloneNode(true);
  const number = Number(last.dataset.line) + 1;
  line.dataset.line = number;
  for (const part of line.querySelectorAll('[id], [name], [for]')) {
    for (const name of ['id', 'name', 'for']) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace(/\d+$/, number));
    }
  }
  for (const words of line.querySelectorAll('.unseen'))
    words.textContent = words.textContent.replace(/\d+/, number + 1);
  for (const field of line.querySelectorAll('input')) {
    if (field.type === 'checkbox') field.checked = false;
    else field.value = '';
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  }
  for (const part of line.querySelectorAll('.wrong')) part.classList.remove('wrong');
  return line;
}

button?.addEventListener('click', (event) => {
  event.preventDefault();
  const last = [...document.querySelectorAll('.scope-line')].at(-1);
  const line = nextLine(last);
  last.after(line);
  line.querySelector('input').focus();
  if (Number(line.dataset.line) + 1 >= Number(button.closest('fieldset').dataset.most)) button.remove();
});
