import tls from 'node:tls';
import { createTransport, type Transporter } from 'nodemailer';
import type { Sender } from '../config.ts';

export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with the name and the password of the account in it. */
  readonly url: string;
  readonly from: Sender;
  /** Certificates of authorities in PEM that are trusted beside the usual ones. */
  readonly ca: string | undefined;
}

/** Milliseconds. Mail waits in the database, so a server that is slow is tried again later. */
const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };

/** A connection to the SMTP server, made when it is first needed. A password does not go there in the clear. */
export function openTransport({ url, from, ca }: SmtpSettings): Transporter {
  const { username, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return createTransport(
    {
      url,
      ...PATIENCE,
      requireTLS: username !== '' && !isHere && !url.startsWith('smtps:'),
      ...(ca === undefined ? {} : { tls: { ca: [...tls.getCACertificates('default'), ca] } }),
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: { ...from } },
  );
}
