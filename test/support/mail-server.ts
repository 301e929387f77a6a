import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly source: string;
}

interface Refusal {
  readonly code: number;
  readonly message: string;
}

const refusing = (refusal: Refusal | undefined) =>
  refusal && Object.assign(new Error(refusal.message), { responseCode: refusal.code });

export interface MailServer {
  readonly port: number;
  readonly received: ReceivedMail[];
  /** What the server answers to the next mails; undefined accepts them. */
  answer: ((mail: ReceivedMail) => Refusal | undefined) | undefined;
  /** What it answers to the address of a sender, and of a recipient. */
  answerSender: ((address: string) => Refusal | undefined) | undefined;
  answerRecipient: ((address: string) => Refusal | undefined) | undefined;
  /** How many senders were named so far. */
  senders: number;
  stop(): Promise<void>;
}

/** A real SMTP server in this process, on a port of its own. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const nothing = { answer: undefined, answerSender: undefined, answerRecipient: undefined };
  const state: MailServer = { port: 0, received, ...nothing, senders: 0, stop };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    ...options,
    onMailFrom({ address }, _session, done) {
      state.senders += 1;
      done(refusing(state.answerSender?.(address)));
    },
    onRcptTo: ({ address }, _session, done) => done(refusing(state.answerRecipient?.(address))),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail = {
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        };
        const refusal = state.answer?.(mail);
        if (refusal) return done(refusing(refusal));
        received.push(mail);
        done();
      });
    },
  });
  server.on('error', () => {});
  const listening = await new Promise<AddressInfo>((resolve) => {
    const socket = server.listen(0, '127.0.0.1', () => resolve(socket.address() as AddressInfo));
  });
  async function stop(): Promise<void> {
    await new Promise<void>((resolve) => server.close(resolve));
  }
  return Object.assign(state, { port: listening.port });
}
