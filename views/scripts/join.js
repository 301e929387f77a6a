/** Moves the code of an invitation from the address, where it is never sent to anyone, into the form. */
const code = new URLSearchParams(location.hash.slice(1)).get('code');
if (code) {
  document.getElementById('code').value = code;
  history.replaceState(null, '', location.pathname);
}
