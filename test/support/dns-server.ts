import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface DnsServer {
  /** As `dns.setServers` takes it. */
  readonly address: string;
  /** Every question that came, such as `A keys.test`. */
  readonly asked: string[];
  close(): void;
}

const A = 1;
const AAAA = 28;
const NO_SUCH_NAME = 3;

/**
 * A server of DNS for IPv4 addresses (RFC 1035 §4). `answers` is asked for each question of a name's addresses; undefined is
 * a name that does not exist, and 'nothing' no answer at all.
 */
export async function startDnsServer(
  answers: (name: string) => readonly string[] | 'nothing' | undefined,
): Promise<DnsServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = readName(query, 12);
    const type = query.readUInt16BE(end);
    asked.push(`${type === A ? 'A' : type === AAAA ? 'AAAA' : type} ${name}`);
    const found = answers(name);
    if (found === 'nothing') return;
    const records = type === A ? (found ?? []) : [];
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | (found ? 0 : NO_SUCH_NAME), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([header, query.subarray(12, end + 4), ...records.map(record)]), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, asked, close: () => void socket.close() };
}

function readName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

/** The name of the question, type A, class IN, no time to keep it. */
function record(address: string): Buffer {
  const head = Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4]);
  return Buffer.concat([head, Buffer.from(address.split('.').map(Number))]);
}
