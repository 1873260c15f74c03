import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { parseUri } from '../sip/message/index.ts';
import { type Answer, type Naptr, resolve, type Resolved } from '../sip/transport/resolve/index.ts';
import { createLiveKernel } from './clock.ts';
import { createResolver } from './dns.ts';
import { eventually } from './eventually.test.ts';

/** Record types and their data (RFC 1035 §3.2.2, RFC 3596, RFC 2782, RFC 3403 §4.1). */
const TYPES = { A: 1, AAAA: 28, SRV: 33, NAPTR: 35 } as const;
type Zone = Readonly<Record<string, readonly Buffer[]>>;

const name = (text: string): Buffer =>
  Buffer.concat([...text.split('.').flatMap((label) => [Buffer.of(label.length), Buffer.from(label)]), Buffer.of(0)]);
const words = (...values: readonly number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
const srv = (priority: number, weight: number, port: number, target: string): Buffer =>
  Buffer.concat([words(priority, weight, port), name(target)]);
const naptr = (order: number, service: string, replacement: string): Buffer =>
  Buffer.concat([words(order, 10), text('s'), text(service), text(''), name(replacement)]);

/** A name server on UDP that knows a zone: keys are `TYPE name`. NXDOMAIN for the rest; SERVFAIL for names that begin with `bad`. */
async function nameServer(t: TestContext, zone: Zone): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(reply(query, zone), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
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

const zone: Zone = {
  'NAPTR example.org': [naptr(20, 'SIP+D2U', '_sip._udp.example.org'), naptr(10, 'SIP+D2T', '_sip._tcp.example.org')],
  'SRV _sip._tcp.example.org': [srv(1, 0, 5080, 'a.example.org')],
  'SRV _sip._udp.example.org': [srv(2, 0, 5090, 'b.example.org'), srv(1, 0, 5091, 'a.example.org')],
  'A a.example.org': [Buffer.of(192, 0, 2, 1), Buffer.of(192, 0, 2, 3)],
  'AAAA a.example.org': [Buffer.from('20010db8000000000000000000000001', 'hex')],
  'A b.example.org': [Buffer.of(192, 0, 2, 2)],
};

test('records come as name servers say them; what is not there is none, what fails says so', async (t) => {
  const resolver = createResolver({ servers: [await nameServer(t, zone)] });
  const asked = <R>(ask: (then: (answer: Answer<R>) => void) => void): Promise<Answer<R>> => new Promise(ask);
  assert.deepEqual(await asked((then) => resolver.srv('_sip._tcp.example.org', then)), {
    ok: true,
    records: [{ priority: 1, weight: 0, port: 5080, target: 'a.example.org' }],
  });
  const offers = await asked<Naptr>((then) => resolver.naptr('example.org', then));
  const offered = offers.ok ? offers.records.map(({ order, flags, service }) => `${order} ${flags} ${service}`) : [];
  assert.deepEqual(new Set(offered), new Set(['10 s SIP+D2T', '20 s SIP+D2U']));
  for (const missing of ['nowhere.example.org', 'b.example.org']) {
    assert.deepEqual(await asked((then) => resolver.addresses(missing, 6, then)), { ok: true, records: [] }, missing);
  }
  const failed = await asked((then) => resolver.addresses('bad.example.org', 4, then));
  assert.ok(!failed.ok && failed.why.includes('bad.example.org'), JSON.stringify(failed));
});

test('a URI is followed over NAPTR and SRV to addresses (RFC 3263 §4)', async (t) => {
  const kernel = createLiveKernel({ onFault: ({ error }) => assert.fail(String(error)) });
  const resolver = createResolver({ servers: [await nameServer(t, zone)] });
  const uri = parseUri('sip:102@example.org');
  assert.ok(uri !== undefined);
  const told: Resolved[] = [];
  resolve({ kernel, resolver, speaks: ['udp', 'tcp'], families: [6, 4] }, uri, (resolved) => void told.push(resolved));
  await eventually(() => told.length > 0);
  assert.deepEqual(
    told[0]?.targets.map(({ protocol, hop }) => `${protocol} ${hop.address} ${hop.port}`),
    [
      'tcp 2001:db8::1 5080',
      'tcp 192.0.2.1 5080',
      'tcp 192.0.2.3 5080',
      'udp 2001:db8::1 5091',
      'udp 192.0.2.1 5091',
      'udp 192.0.2.3 5091',
      'udp 192.0.2.2 5090',
    ],
  );
  assert.deepEqual(kernel.scene.census(), {});
});

test("without servers the machine's own names are known too", async () => {
  const answer = await new Promise<Answer<string>>((then) => createResolver().addresses('localhost', 4, then));
  assert.deepEqual(answer, { ok: true, records: ['127.0.0.1'] });
});
