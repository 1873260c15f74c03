import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseUri } from '../sip/message/index.ts';
import { type Answer, type Naptr, resolve, type Resolved } from '../sip/transport/resolve/index.ts';
import { createLiveKernel } from './clock.ts';
import { createResolver } from './dns.ts';
import { eventually } from './eventually.test.ts';
import { naptr, nameServer, srv, type Zone } from './name-server.test.ts';

async function serverOf(t: TestContext, zone: Zone): Promise<string> {
  const server = await nameServer(zone);
  t.after(() => server.close());
  return server.address;
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
  const resolver = createResolver({ servers: [await serverOf(t, zone)] });
  const asked = <R>(ask: (then: (answer: Answer<R>) => void) => void): Promise<Answer<R>> => new Promise(ask);
  assert.deepEqual(await asked((then) => resolver.srv('_sip._tcp.example.org', then)), {
    ok: true,
    records: [{ priority: 1, weight: 0, port: 5080, target: 'a.example.org' }],
  });
  assert.deepEqual(await asked((then) => resolver.addresses('a.example.org', 4, then)), {
    ok: true,
    records: ['192.0.2.1', '192.0.2.3'],
    ttl: 60,
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
  const resolver = createResolver({ servers: [await serverOf(t, zone)] });
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
