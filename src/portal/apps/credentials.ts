import type { ClientDetails } from '../../clients/find-clients.ts';
import { shownKeys } from '../../clients/keys/public-keys.ts';
import { listSecrets } from '../../clients/secrets/secrets.ts';
import type { Area } from '../parts.ts';
import { visitorOf } from '../visits.ts';
import { appOf, presentHead } from './head.ts';
import { presentSecrets } from './secrets/present.ts';

/** What an app proves with who it is: each secret on a line, or its public keys. */
export function addCredentialsTab(area: Area): void {
  const { router, db, page, issuer, clock } = area;
  router.get('/apps/:id/credentials', async (ctx) => {
    const client = await appOf(ctx, area, 'app.read');
    const secrets = await listSecrets(db, client.id, visitorOf(ctx).by);
    await page(ctx, 'apps/credentials', {
      app: presentHead(ctx, client),
      issuer,
      ...presentKeys(client),
      secrets: presentSecrets(client.id, secrets, clock()),
    });
  });
}

function presentKeys(client: ClientDetails) {
  const keys = (shownKeys(client.jwks)?.keys ?? []).map(({ kty, crv, kid }) =>
    [kty, crv, String(kid ?? '').slice(0, 200)].filter(Boolean).join(' · '),
  );
  const kind = { none: 'none', private_key_jwt: 'keys' }[client.auth_method as string] ?? 'secrets';
  return { kind: kind as 'none' | 'keys' | 'secrets', keys, jwksUri: client.jwks_uri ?? undefined };
}
