/**
 * What each value that is sealed under a master key is bound to, so that it cannot be moved to another row or purpose.
 * Whatever is listed in SEALED is sealed anew by `latchkey master-key rotate`.
 */
export const signingKeyContext = (kid: string) => `signing-key:${kid}`;
export const mailContext = (id: string) => `mail:${id}`;
export const totpContext = (accountId: string) => `totp:${accountId}`;

export interface SealedColumn {
  readonly table: string;
  readonly id: string;
  readonly column: string;
  readonly context: (id: string) => string;
}

export const SEALED: readonly SealedColumn[] = [
  { table: 'signing_keys', id: 'kid', column: 'sealed_private_jwk', context: signingKeyContext },
  { table: 'mail_outbox', id: 'id', column: 'sealed_text', context: mailContext },
  { table: 'totp_factors', id: 'account_id', column: 'sealed_seed', context: totpContext },
];
