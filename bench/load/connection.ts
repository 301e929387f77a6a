import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** The status line and the headers, as they came. */
  readonly head: string;
  readonly body: string;
}

/**
 * One keep-alive connection with one request at a time. It parses just what servers answer with here (a length or
 * chunks), so that the load generator takes little of the machine that it shares with what it measures.
 */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a whole request. Opens the connection when it isn't. */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#open().write(request);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    if (this.#socket) return this.#socket;
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    const fail = (error: Error) => {
      if (this.#socket !== socket) return;
      const waiting = this.#settle;
      this.close();
      waiting?.reject(error);
    };
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed the connection')));
    this.#received = Buffer.alloc(0);
    this.#socket = socket;
    return socket;
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const answer = parseAnswer(this.#received);
    if (!answer) return;
    this.#received = Buffer.alloc(0);
    const waiting = this.#settle;
    this.#settle = undefined;
    if (/\r\nconnection: close/i.test(answer.head)) this.close();
    waiting?.resolve(answer);
  }
}

/** undefined while something is missing. */
function parseAnswer(received: Buffer): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const rest = received.subarray(end + 4);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: (\d+)/i.exec(head);
  if (length) {
    if (rest.length < Number(length[1])) return undefined;
    return { status, head, body: rest.toString() };
  }
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return { status, head, body: '' };
  const body = joinChunks(rest);
  return body === undefined ? undefined : { status, head, body };
}

/** RFC 9112 §7.1, without trailers. */
function joinChunks(rest: Buffer): string | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (rest.length < end + 2) return undefined;
    if (size === 0) return Buffer.concat(parts).toString();
    parts.push(rest.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
