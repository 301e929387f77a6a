/** Shows the buttons that copy what stands beside them. Without this script it can be selected as any text. */
let said;

/** For who does not see the sign that changes. */
function say(words) {
  said ??= document.createElement('p');
  said.className = 'unseen';
  said.setAttribute('role', 'status');
  document.querySelector('main').append(said);
  said.textContent = words;
}

for (const button of document.querySelectorAll('.copy-button')) {
  const text = button.parentElement.querySelector('pre, code');
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.classList.add('copied');
    say(button.dataset.said);
  });
  button.addEventListener('blur', () => button.classList.remove('copied'));
}
