/** Shows the buttons that copy what stands beside them. Without this script it can be selected as any text. */
for (const button of document.querySelectorAll('.copy-button')) {
  const text = button.parentElement.querySelector('pre, code');
  const said = button.querySelector('.said');
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.classList.add('copied');
    said.textContent = 'Copied';
  });
  button.addEventListener('blur', () => button.classList.remove('copied'));
}
