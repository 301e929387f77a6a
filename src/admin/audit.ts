import { z } from 'zod';
import { presentEvent } from '../audit/present.ts';
import { listEvents, TrailQuery } from '../audit/trail.ts';
import { operation } from './operation.ts';
import { pageOf, presentPage, Time } from './shapes.ts';

const AuditEvent = z
  .object({
    id: z.int(),
    at: Time,
    type: z.string(),
    actor: z.object({ type: z.string(), id: z.string().nullable(), ip: z.string().nullable() }).meta({ id: 'Actor' }),
    app_id: z.string().nullable(),
    account_id: z.string().nullable(),
    request_id: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' });

export const auditOperations = [
  operation({
    id: 'listAuditEvents',
    method: 'GET',
    path: '/audit-events',
    tag: 'Audit trail',
    summary: 'What was done, and by whom',
    description: 'For administrators and auditors. The newest first, of one app, person or type if you say so.',
    scope: 'audit:read',
    query: z.strictObject(TrailQuery.shape),
    status: 200,
    result: pageOf(AuditEvent),
    handle: async ({ db, by, query }) => ({ body: presentPage(await listEvents(db, query, by), presentEvent) }),
  }),
];
