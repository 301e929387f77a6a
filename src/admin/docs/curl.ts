import type { Json } from '../openapi/schemas.ts';
import type { Operation } from '../operation.ts';

const CONTINUED = ' \\\n  ';
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** How to call an operation from a terminal that has a token. */
export function curlOf(
  { method, path, body, idempotent }: Operation,
  parameters: readonly ({ name: string; in: string } & Json)[],
  example: unknown,
  server: string,
): string {
  const ids = new Map(
    parameters.filter((parameter) => parameter.in === 'path').map(({ name, example: id }) => [name, id]),
  );
  const address = server + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(ids.get(name)));
  return [
    `curl -s ${method === 'GET' ? '' : `-X ${method} `}${quoted(address)}`,
    '-H "Authorization: Bearer $TOKEN"',
    ...(idempotent ? ['-H "Idempotency-Key: $(uuidgen)"'] : []),
    ...(body ? ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(example))}`] : []),
  ].join(CONTINUED);
}

/** How a machine gets a token for the admin API. */
export function tokenByCurl(server: string): string {
  const issuer = server.replace(/\/api\/v1$/, '');
  return [
    `TOKEN=$(curl -s ${quoted(`${issuer}/token`)} -u "$CLIENT_ID:$CLIENT_SECRET"`,
    `-d grant_type=client_credentials -d resource=${server} -d scope=apps:read`,
    '| node -p \'JSON.parse(require("fs").readFileSync(0)).access_token\')',
  ].join(CONTINUED);
}
