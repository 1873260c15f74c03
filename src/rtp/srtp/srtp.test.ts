import assert from 'node:assert/strict';
import { createCipheriv, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeHeader } from '../packet.ts';
import { derive } from './derive.ts';
import { SrtpReceiver, SrtpSender, type SuiteName, SUITES } from './index.ts';

const names = Object.keys(SUITES) as readonly SuiteName[];
const masterOf = (name: SuiteName): Uint8Array =>
  Uint8Array.from({ length: SUITES[name].key + SUITES[name].salt }, (_, at) => (at * 89 + 7) & 255);

function pair(name: SuiteName): { sender: SrtpSender; receiver: SrtpReceiver } {
  return { sender: new SrtpSender(name, masterOf(name)), receiver: new SrtpReceiver(name, masterOf(name)) };
}

function packet(sequence: number, payload: Uint8Array = Uint8Array.of(1, 2, 3), ssrc = 0xcafe): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length);
  writeHeader(bytes, false, 0, sequence & 0xffff, sequence * 160, ssrc);
  bytes.set(payload, 12);
  return bytes;
}

function protect(sender: SrtpSender, plain: Uint8Array): Uint8Array {
  const made = sender.protect(plain);
  assert.ok(made);
  return made;
}

/** A receiver report of no blocks and an SDES chunk without items. */
const REPORT = Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0xca, 0xfe, 0x81, 202, 0, 2, 0, 0, 0xca, 0xfe, 0, 0, 0, 0);

const suite = fc.constantFrom(...names);
const payload = fc.uint8Array({ maxLength: 400 });

test('what one side protects the other reads, whatever the suite', () => {
  fc.assert(
    fc.property(suite, payload, fc.nat(65_535), (name, content, sequence) => {
      const { sender, receiver } = pair(name);
      const plain = packet(sequence, content);
      const sent = protect(sender, plain);
      assert.equal(sent.length, plain.length + SUITES[name].tag);
      assert.deepEqual(receiver.unprotect(sent.slice()), plain);
      assert.equal(receiver.unprotect(sent), undefined, 'a second time it is a replay');
    }),
  );
});

test('a packet with any bit changed is refused, and the whole one taken afterwards', () => {
  fc.assert(
    fc.property(suite, payload, fc.nat(), (name, content, chance) => {
      const { sender, receiver } = pair(name);
      const plain = packet(1, content);
      const sent = protect(sender, plain);
      const bit = chance % (sent.length * 8);
      const forged = sent.slice();
      forged[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(receiver.unprotect(forged), undefined);
      assert.deepEqual(receiver.unprotect(sent), plain);
    }),
  );
});

test('octets of any kind are refused without an exception', () => {
  fc.assert(
    fc.property(suite, fc.uint8Array({ maxLength: 200 }), (name, bytes) => {
      const { receiver } = pair(name);
      assert.equal(receiver.unprotect(bytes.slice()), undefined);
      assert.equal(receiver.unprotectReport(bytes.slice()), undefined);
    }),
  );
});

test('the rollover counter follows the sequence over its end, also for packets that come late', () => {
  for (const name of names) {
    const { sender, receiver } = pair(name);
    const sent = new Map<number, Uint8Array>();
    for (let index = 65_500; index < 65_600; index += 1) sent.set(index, protect(sender, packet(index)));
    const take = (index: number): Uint8Array | undefined =>
      receiver.unprotect((sent.get(index) ?? assert.fail()).slice());
    for (const index of [65_500, 65_534, 65_537, 65_535, 65_536, 65_533, 65_599]) {
      assert.deepEqual(take(index), packet(index), `${name} ${index}`);
    }
    for (const index of [65_537, 65_535, 65_533]) assert.equal(take(index), undefined, 'met before');
  }
});

test('a stream that is reordered by less than the window is taken whole, over any number of wraps', () => {
  fc.assert(
    fc.property(fc.nat(65_535), fc.array(fc.nat(40), { minLength: 200, maxLength: 300 }), (start, delays) => {
      const { sender, receiver } = pair('AEAD_AES_128_GCM');
      const sent = delays.map((delay, at) => ({ at, due: at + delay, bytes: protect(sender, packet(start + at)) }));
      // The first one settles where the stream begins.
      const order = [sent[0]!, ...sent.slice(1).toSorted((a, b) => a.due - b.due || a.at - b.at)];
      for (const { at, bytes } of order) {
        assert.deepEqual(receiver.unprotect(bytes), packet(start + at));
      }
    }),
    { numRuns: 20 },
  );
});

test('after long silence the counter has gone on with what came, three wraps far', () => {
  const { sender, receiver } = pair('AES_CM_128_HMAC_SHA1_80');
  for (let index = 100; index < 4 * 65_536; index += 20_000) {
    assert.deepEqual(receiver.unprotect(protect(sender, packet(index))), packet(index));
  }
});

test('a packet older than the window is refused, one at its edge is not', () => {
  const { sender, receiver } = pair('AES_CM_128_HMAC_SHA1_80');
  const old = [0, 873, 872].map((sequence) => protect(sender, packet(sequence)));
  const [first, inside, outside] = old;
  assert.ok(first && inside && outside);
  assert.ok(receiver.unprotect(first));
  assert.ok(receiver.unprotect(protect(sender, packet(1000))));
  assert.equal(receiver.unprotect(outside), undefined);
  assert.deepEqual(receiver.unprotect(inside), packet(873));
});

test('each source has a counter of its own', () => {
  const { sender, receiver } = pair('AES_CM_128_HMAC_SHA1_80');
  const other = new SrtpSender('AES_CM_128_HMAC_SHA1_80', masterOf('AES_CM_128_HMAC_SHA1_80'));
  for (const index of [65_535, 65_536]) assert.ok(receiver.unprotect(protect(sender, packet(index))));
  const another = packet(9, Uint8Array.of(4), 0xbeef);
  assert.deepEqual(receiver.unprotect(protect(other, another)), another);
});

test('no index leaves twice', () => {
  const { sender } = pair('AEAD_AES_256_GCM');
  assert.ok(sender.protect(packet(7, Uint8Array.of(1))));
  assert.equal(sender.protect(packet(7, Uint8Array.of(2))), undefined);
});

test('with another key nothing is read', () => {
  for (const name of names) {
    const { sender } = pair(name);
    const receiver = new SrtpReceiver(
      name,
      masterOf(name).map((octet) => octet ^ 1),
    );
    assert.equal(receiver.unprotect(protect(sender, packet(1))), undefined);
    assert.equal(receiver.unprotectReport(sender.protectReport(REPORT)), undefined);
  }
});

test('reports are encrypted, numbered, and refused when met before or changed', () => {
  fc.assert(
    fc.property(suite, fc.nat(), (name, chance) => {
      const { sender, receiver } = pair(name);
      for (let index = 0; index < 3; index += 1) {
        const sent = sender.protectReport(REPORT);
        const forged = sent.slice();
        const bit = chance % (sent.length * 8);
        forged[bit >> 3]! ^= 1 << (bit & 7);
        assert.equal(receiver.unprotectReport(forged), undefined);
        assert.notDeepEqual(sent.subarray(8, 20), REPORT.subarray(8));
        assert.deepEqual(receiver.unprotectReport(sent.slice()), REPORT);
        assert.equal(receiver.unprotectReport(sent), undefined);
      }
    }),
  );
});

test('a report whose E bit is off is taken as it stands (RFC 3711 §3.4)', () => {
  const name = 'AES_CM_128_HMAC_SHA1_80';
  const master = masterOf(name);
  const key = derive(master.subarray(0, 16), master.subarray(16), 4, 20);
  const numbered = new Uint8Array([...REPORT, 0, 0, 0, 5]);
  const tag = createHmac('sha1', key).update(numbered).digest().subarray(0, 10);
  assert.deepEqual(new SrtpReceiver(name, master).unprotectReport(new Uint8Array([...numbered, ...tag])), REPORT);
});

test('contributing sources and extension stay readable, and a packet made by OpenSSL is read', () => {
  const name = 'AEAD_AES_128_GCM';
  const master = masterOf(name);
  const head = Uint8Array.of(0xb1, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 9, 9, 9, 9);
  // Padded: its last octet counts the padding, and is encrypted like the rest.
  const content = Uint8Array.of(1, 2, 3, 0, 0, 3);
  const salt = derive(master.subarray(0, 16), master.subarray(16), 2, 12);
  const iv = Uint8Array.of(0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 9).map((octet, at) => octet ^ salt[at]!);
  const cipher = createCipheriv('aes-128-gcm', derive(master.subarray(0, 16), master.subarray(16), 0, 16), iv);
  cipher.setAAD(head);
  const sealed = new Uint8Array([...head, ...cipher.update(content), ...cipher.final(), ...cipher.getAuthTag()]);
  const plain = new Uint8Array([...head, ...content]);
  assert.deepEqual(new SrtpReceiver(name, master).unprotect(sealed), plain);
});

test('a master key identifier is cut out, and another one refused (RFC 3711 §3.1)', () => {
  for (const name of ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_128_GCM'] as const) {
    const { sender } = pair(name);
    const mki = Uint8Array.of(0, 0, 0, 1);
    const receiver = new SrtpReceiver(name, masterOf(name), mki);
    const sent = protect(sender, packet(5));
    const at = name === 'AEAD_AES_128_GCM' ? sent.length : sent.length - SUITES[name].tag;
    const named = new Uint8Array([...sent.subarray(0, at), ...mki, ...sent.subarray(at)]);
    const wrong = named.slice();
    wrong[at + 3] = 2;
    assert.equal(receiver.unprotect(wrong), undefined);
    assert.deepEqual(receiver.unprotect(named), packet(5));
  }
});
