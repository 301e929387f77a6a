import { z } from 'zod';
import { presentAddedSecret, presentSecrets } from '../../clients/present.ts';
import { KEPT_SECONDS, KeptFor, rotateSecret } from '../../clients/secrets/rotation.ts';
import { addSecret, listSecrets, NewSecret, removeSecret, requireCredentials } from '../../clients/secrets/secrets.ts';
import { camelNames } from '../../json-names.ts';
import { operation } from '../operation.ts';
import { GivenTime, Id, listOf } from '../shapes.ts';
import { CreatedSecret, Secret } from './secret-shape.ts';
import { AppId } from './shape.ts';

const fields = { name: NewSecret.shape.name, expires_at: GivenTime.optional() };
const NewSecretBody = z.strictObject(fields).meta({ id: 'NewSecret', examples: [{ name: '2027-winter' }] });

const Ends = z
  .discriminatedUnion('when', [
    z.strictObject({ when: z.literal('now') }).meta({ id: 'EndsNow' }),
    z.strictObject({ when: z.literal('at'), at: GivenTime }).meta({ id: 'EndsAt' }),
    z.strictObject({ when: z.literal('after'), seconds: KeptFor }).meta({ id: 'EndsAfter' }),
    z.strictObject({ when: z.literal('first_use') }).meta({ id: 'EndsAtFirstUse' }),
  ])
  .meta({ id: 'SecretEnd' });
const Rotation = z
  .strictObject({ ...fields, ends: Ends.optional() })
  .meta({ id: 'Rotation', examples: [{ name: '2027-summer', ends: { when: 'after', seconds: KEPT_SECONDS } }] });

const SecretId = AppId.extend({ secret_id: Id });
const tag = 'Secrets';

export const secretOperations = [
  operation({
    id: 'listSecrets',
    method: 'GET',
    path: '/apps/{app_id}/secrets',
    tag,
    summary: 'The secrets of an app, without their values',
    description:
      '`standing` is judged from use: `quiet` means that it was not used for a day while a newer one was, so that it is safe to revoke.',
    scope: 'apps:read',
    params: AppId,
    status: 200,
    result: listOf(Secret),
    async handle({ db, by, params }) {
      return { body: { data: presentSecrets(await listSecrets(db, params.app_id, by), by.now) } };
    },
  }),
  operation({
    id: 'createSecret',
    method: 'POST',
    path: '/apps/{app_id}/secrets',
    tag,
    summary: 'Add a secret to an app',
    description: 'All live secrets of an app work side by side. The value is shown this once.',
    scope: 'apps:write',
    params: AppId,
    body: NewSecretBody,
    status: 201,
    result: CreatedSecret,
    idempotent: ({ db, by, params }) => requireCredentials(db, params.app_id, by),
    async handle({ db, by, params: { app_id: clientId }, body }) {
      return { body: presentAddedSecret(await addSecret(db, { clientId, ...camelNames(body) }, by)) };
    },
  }),
  operation({
    id: 'rotateSecret',
    method: 'POST',
    path: '/apps/{app_id}/secrets/{secret_id}/rotate',
    tag,
    summary: 'Replace a secret without an outage',
    description:
      'Makes a new secret, and settles when the old one ends: after some seconds (a day unless the request says otherwise), at a time, now, or when the new one is first used. The last is for an app of one process: as soon as one of several uses the new one, the others are refused until they have it too.',
    scope: 'apps:write',
    params: SecretId,
    body: Rotation,
    status: 201,
    result: CreatedSecret,
    idempotent: ({ db, by, params }) => requireCredentials(db, params.app_id, by),
    async handle({ db, by, params: { app_id: clientId, secret_id: secretId }, body }) {
      return { body: presentAddedSecret(await rotateSecret(db, { clientId, secretId, ...camelNames(body) }, by)) };
    },
  }),
  operation({
    id: 'revokeSecret',
    method: 'DELETE',
    path: '/apps/{app_id}/secrets/{secret_id}',
    tag,
    summary: 'Revoke a secret',
    description: 'It stops working with the next request. Tokens that it got stay good until they expire.',
    scope: 'apps:write',
    params: SecretId,
    status: 204,
    handle: ({ db, by, params }) => removeSecret(db, { clientId: params.app_id, secretId: params.secret_id }, by),
  }),
];
