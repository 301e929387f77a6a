import { createTransport, type Transporter } from 'nodemailer';
import type { Sender } from '../config.ts';

export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with the name and the password of the account in it. */
  readonly url: string;
  readonly from: Sender;
}

/** Milliseconds. Mail waits in the database, so a server that is slow is tried again later. */
const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };

/** A connection to the SMTP server, made when it is first needed. A password does not go there in the clear. */
export function openTransport({ url, from }: SmtpSettings): Transporter {
  const { username, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return createTransport(
    {
      url,
      ...PATIENCE,
      requireTLS: username !== '' && !isHere && !url.startsWith('smtps:'),
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: { ...from } },
  );
}

/** A refusal by the other side that trying again does not change (RFC 5321 §4.2.1): of this mail, not of us. */
export function isForGood(error: unknown): boolean {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && (responseCode ?? 0) >= 500;
}

/** Whether the server itself could not be reached or did not let us in: the next mail would fare no better. */
export function isServerFailure(error: unknown): boolean {
  return !['EENVELOPE', 'EMESSAGE'].includes((error as { code?: string }).code ?? '');
}
