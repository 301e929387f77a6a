/** Adds a button that copies what stands beside it. Without this script it can be selected as any text. */
for (const block of document.querySelectorAll('.copy')) {
  const text = block.querySelector('pre');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = 'Copied';
  });
  block.append(button);
}
