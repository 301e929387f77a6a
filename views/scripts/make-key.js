/**
 * Adds a button that makes a key pair in this browser. The private part is saved as a file and never sent; the public part
 * goes into the form. Without this script keys made elsewhere can be pasted.
 */
for (const place of document.querySelectorAll('.make-key')) {
  const { file, make, hint, saved } = place.dataset;
  const field = document.getElementById('jwks');
  const button = document.createElement('button');
  const said = document.createElement('p');
  button.type = 'button';
  button.textContent = make;
  said.className = 'hint';
  said.setAttribute('role', 'status');
  said.textContent = hint;
  button.addEventListener('click', async () => {
    const { publicJwk, privateJwk } = await makeKey();
    save(file, privateJwk);
    field.value = JSON.stringify({ keys: [...knownKeys(field.value), publicJwk] }, null, 2);
    said.textContent = saved;
  });
  place.append(button, said);
}

async function makeKey() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  const kid = await thumbprintOf({ crv, kty, x, y });
  return {
    publicJwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' },
    privateJwk: { kty, crv, x, y, d, kid, use: 'sig', alg: 'ES256' },
  };
}

/** RFC 7638: the members in the order of the alphabet. */
async function thumbprintOf(members) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(members)));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** Keys that are in the field already stay beside the new one. */
function knownKeys(text) {
  try {
    return JSON.parse(text).keys ?? [];
  } catch {
    return [];
  }
}

function save(name, jwk) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(jwk, null, 2)}\n`], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
