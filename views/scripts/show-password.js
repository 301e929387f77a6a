/** Adds a button that shows the password. Without this script the field works as it is. */
for (const field of document.querySelectorAll('.password input')) {
  const words = field.parentElement.dataset;
  const button = document.createElement('button');
  const show = (visible) => {
    field.type = visible ? 'text' : 'password';
    button.textContent = visible ? words.hide : words.show;
    button.setAttribute('aria-label', visible ? words.hidePassword : words.showPassword);
  };
  button.type = 'button';
  button.className = 'reveal';
  button.setAttribute('aria-controls', field.id);
  button.addEventListener('click', () => show(field.type === 'password'));
  // Password managers look for a password field, and a page that comes back from the history should not show it.
  field.form.addEventListener('submit', () => show(false));
  show(false);
  field.after(button);
}
