import { z } from 'zod';
import { changeSignUpPolicy, MODES, readSignUpPolicy, SignUpPolicy } from '../../accounts/sign-up/policy.ts';
import { operation } from '../operation.ts';

const Shown = z.object({ mode: z.enum(MODES), domains: z.array(z.string()) }).meta({ id: 'SignUp' });
const NewSignUp = SignUpPolicy.meta({
  id: 'SignUpChange',
  examples: [{ mode: 'domains', domains: ['example.com'] }],
});
const tag = 'Users';

/** Who may make an account by themselves. */
export const signUpOperations = [
  operation({
    id: 'getSignUp',
    method: 'GET',
    path: '/sign-up',
    tag,
    summary: 'Who may make an account',
    scope: 'users:read',
    status: 200,
    result: Shown,
    handle: async ({ db, by }) => ({ body: await readSignUpPolicy(db, by) }),
  }),
  operation({
    id: 'changeSignUp',
    method: 'PUT',
    path: '/sign-up',
    tag,
    summary: 'Say who may make an account',
    description:
      '`closed`: nobody. `invitation`: who is invited. `domains`: also who has an address of one of the domains. `open`: whoever has an ' +
      'address. A link by mail verifies the address first.',
    scope: 'users:write',
    body: NewSignUp,
    status: 200,
    result: Shown,
    handle: async ({ db, by, body }) => ({ body: await changeSignUpPolicy(db, body, by) }),
  }),
];
