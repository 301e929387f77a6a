import type { WholeAnswer } from '../http/serving/at-once.ts';
import { SUCCESS } from '../usage/outcomes.ts';
import { success } from './answer.ts';
import { authenticate, noteSecretUse } from './caller.ts';
import { exchange } from './exchange.ts';
import { hasOnly, readForm } from './form.ts';
import { decide, type MachineOrder, parameters } from './grants/client-credentials.ts';
import { PERSONAL_GRANTS } from './grants/personal-grants.ts';
import { issueAccessToken } from './issue/issue.ts';
import { createMachineOrders } from './machine-orders.ts';
import type { PlainRequest, Steps, TokenParts } from './parts.ts';

const CLIENT_CREDENTIALS = 'client_credentials';

/** The token endpoint (RFC 6749 §3.2), as far as it is plain. */
export function tokenSteps(parts: TokenParts): Steps {
  const machineOrders = createMachineOrders(parts.clientCache);
  return async (request) => {
    const { authorization, body, now } = request;
    const known = body.includes(CLIENT_CREDENTIALS) ? machineOrders(authorization, body, now) : undefined;
    if (known?.order) return fulfil(parts, request, known.order);
    const form = readForm(body);
    const grantType = form?.get('grant_type') ?? '';
    const grant = PERSONAL_GRANTS.get(grantType);
    if (!form || !(grant || grantType === CLIENT_CREDENTIALS)) return undefined;
    if (!hasOnly(form, grant?.parameters ?? parameters)) return undefined;
    const caller = await authenticate(parts, authorization, form, now);
    if (!caller) return undefined;
    if (grant) return exchange(parts, request, { grant, caller, form });
    const order = decide(caller, form);
    if (order) known?.remember(order);
    return order && fulfil(parts, request, order);
  };
}

/** Client credentials write nothing at once. Their use is noted, and written later with that of others. */
async function fulfil(parts: TokenParts, { ctx, now }: PlainRequest, order: MachineOrder): Promise<WholeAnswer> {
  const { clientId, api, scope, secret, ep } = order;
  await noteSecretUse(parts.secretUses, secret);
  const access_token = await issueAccessToken(parts, { api, scope, subject: clientId, clientId, ep, now });
  ctx.state.grantType = CLIENT_CREDENTIALS;
  const { requestId } = ctx.state;
  parts.note({ at: now, clientId, api: api.id, event: CLIENT_CREDENTIALS, outcome: SUCCESS, scope, requestId });
  return success({ access_token, expires_in: api.token_lifetime, scope, token_type: 'Bearer' });
}
