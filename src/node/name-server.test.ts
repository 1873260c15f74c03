import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Record types and their data (RFC 1035 §3.2.2, RFC 3596, RFC 2782, RFC 3403 §4.1). */
const TYPES = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const;
export type Zone = Readonly<Record<string, readonly Buffer[]>>;

const name = (text: string): Buffer =>
  Buffer.concat([...text.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]), Buffer.of(0)]);
const words = (...values: readonly number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
export const srv = (priority: number, weight: number, port: number, target: string): Buffer =>
  Buffer.concat([words(priority, weight, port), name(target)]);
export const naptr = (order: number, service: string, replacement: string): Buffer =>
  Buffer.concat([words(order, 10), text('s'), text(service), text(''), name(replacement)]);

/** A name server on UDP that knows a zone: keys are `TYPE name`. NXDOMAIN for the rest; SERVFAIL for names that begin with `bad`. */
export async function nameServer(zone: Zone): Promise<{ readonly address: string; close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(reply(query, zone), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}

function reply(query: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(12, at + 5);
  const type = query.readUInt16BE(at + 1);
  const asked = labels.join('.').toLowerCase();
  const typeName = Object.entries(TYPES).find(([, number]) => number === type)?.[0] ?? '';
  const records = zone[`${typeName} ${asked}`] ?? [];
  const known = Object.keys(zone).some((key) => key.endsWith(` ${asked}`));
  const code = asked.startsWith('bad') ? 2 : known ? 0 : 3;
  const answers = records.flatMap((data) => [words(0xc00c, type, 1, 0, 60, data.length), data]);
  const header = [query.subarray(0, 2), words(0x8180 | code, 1, records.length, 0, 0)];
  return Buffer.concat([...header, question, ...answers]);
}
