/** One box ticks all of its list; without a script it is not there. */
document.addEventListener('change', ({ target }) => {
  const { all } = target.dataset;
  if (!all) return;
  for (const box of document.querySelectorAll(`input[name="${all}"]`)) box.checked = target.checked;
});
