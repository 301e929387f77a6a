/**
 * Asks the browser for a passkey, and sends its answer with a form. A page without this script has no passkeys, and what it
 * offers besides works as it is.
 */
const bytesOf = (text) => {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
};
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
const listed = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

/** What the server asks for now. Each is good once. */
async function optionsOf(form) {
  const csrf = form.elements.namedItem('csrf').value;
  const answer = await fetch(`${form.action}/options`, { method: 'POST', body: new URLSearchParams({ csrf }) });
  if (!answer.ok || !answer.headers.get('Content-Type')?.startsWith('application/json')) throw new Error('no options');
  const options = await answer.json();
  return {
    ...options,
    challenge: bytesOf(options.challenge),
    ...(options.user ? { user: { ...options.user, id: bytesOf(options.user.id) } } : {}),
    ...(options.allowCredentials ? { allowCredentials: listed(options.allowCredentials) } : {}),
    ...(options.excludeCredentials ? { excludeCredentials: listed(options.excludeCredentials) } : {}),
  };
}

function send(form, { id, rawId, type, response }) {
  const parts = {
    clientDataJSON: textOf(response.clientDataJSON),
    ...(response.attestationObject
      ? { attestationObject: textOf(response.attestationObject), transports: response.getTransports?.() ?? [] }
      : { authenticatorData: textOf(response.authenticatorData), signature: textOf(response.signature) }),
    ...(response.userHandle ? { userHandle: textOf(response.userHandle) } : {}),
  };
  const answer = { id, rawId: textOf(rawId), type, response: parts, clientExtensionResults: {} };
  form.elements.namedItem('answer').value = JSON.stringify(answer);
  form.submit();
}

const problemOf = (form) => form.querySelector('[data-problem]');

function offer(form) {
  let waiting = new AbortController();
  const ask = async (more) => {
    const publicKey = await optionsOf(form);
    const { signal } = waiting;
    const credential = await (form.dataset.passkey === 'create'
      ? navigator.credentials.create({ publicKey, signal })
      : navigator.credentials.get({ publicKey, signal, ...more }));
    if (credential) send(form, credential);
  };
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    waiting.abort();
    waiting = new AbortController();
    problemOf(form).hidden = true;
    try {
      await ask({});
    } catch (error) {
      if (error.name !== 'AbortError') problemOf(form).hidden = false;
    }
  });
  return ask;
}

/** In the suggestions of the field for the address, until another way is taken. Whoever closes them has done nothing wrong. */
async function suggest(ask) {
  if (await PublicKeyCredential.isConditionalMediationAvailable?.()) await ask({ mediation: 'conditional' });
}

const form = document.querySelector('form[data-passkey]');
if (form && window.PublicKeyCredential) {
  const ask = offer(form);
  if (form.dataset.passkey === 'find') suggest(ask).catch(() => {});
}
