import type { Texts } from '../complete.ts';
import type { approvals as english } from '../en/approvals.ts';

export const approvals: Texts<typeof english> = {};
