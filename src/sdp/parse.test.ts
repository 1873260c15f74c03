import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromLatin1, latin1 } from '../kernel/index.ts';
import { parseSdp, printSdp } from './parse.ts';
import type { Sdp } from './types.ts';

function read(...lines: string[]): Sdp {
  const sdp = parseSdp(fromLatin1(lines.map((line) => `${line}\r\n`).join('')));
  assert.ok(!('malformed' in sdp), 'malformed' in sdp ? sdp.malformed : '');
  return sdp;
}

// RFC 8866 §5, the example session, with its 64-bit numbers.
const RFC8866 = [
  'v=0',
  'o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1',
  's=Call to John Smith',
  'i=SDP Offer #1',
  'u=http://www.jdoe.example.com/home.html',
  'e=Jane Doe <jane@jdoe.example.com>',
  'p=+1 617 555-6011',
  'c=IN IP4 198.51.100.1',
  't=0 0',
  'm=audio 49170 RTP/AVP 0',
  'm=audio 49180 RTP/AVP 0',
  'm=video 51372 RTP/AVP 99',
  'c=IN IP6 2001:db8::2',
  'a=rtpmap:99 h263-1998/90000',
];

test('the example of RFC 8866 §5', () => {
  const sdp = read(...RFC8866);
  assert.deepEqual(sdp.origin, {
    user: 'jdoe',
    id: '3724394400',
    version: '3724394405',
    netType: 'IN',
    addressType: 'IP4',
    address: '198.51.100.1',
  });
  assert.deepEqual(
    sdp.media.map(({ type, port, protocol, formats, connection }) => [
      type,
      port,
      protocol,
      formats,
      connection?.address,
    ]),
    [
      ['audio', 49170, 'RTP/AVP', ['0'], '198.51.100.1'],
      ['audio', 49180, 'RTP/AVP', ['0'], '198.51.100.1'],
      ['video', 51372, 'RTP/AVP', ['99'], '2001:db8::2'],
    ],
  );
  assert.deepEqual(sdp.media[2]?.rtpmap.get('99'), { encoding: 'h263-1998', clock: 90000, channels: 1 });
  assert.equal(latin1(printSdp(sdp)), RFC8866.map((line) => `${line}\r\n`).join(''));
});

test('direction, ptime, fmtp; the session level is inherited', () => {
  const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 224.2.36.42/127', 't=0 0'];
  const sdp = read(
    ...head,
    'a=recvonly',
    'm=audio 4000/2 RTP/AVP 0 101',
    'a=fmtp:101 0-15',
    'a=ptime:30',
    'a=sendonly',
    'm=audio 1 RTP/AVP 0',
  );
  const [first, second] = sdp.media;
  assert.equal(first?.direction, 'sendonly');
  assert.equal(second?.direction, 'recvonly');
  assert.equal(first?.ptime, 30);
  assert.equal(second?.ptime, undefined);
  assert.equal(first?.fmtp.get('101'), '0-15');
  assert.equal(first?.port, 4000);
  assert.equal(first?.connection?.address, '224.2.36.42');
  assert.equal(read(...head, 'm=audio 1 RTP/AVP 0').media[0]?.direction, 'sendrecv');
});

test('LF alone ends a line; empty lines, a missing t= and an unknown type are borne', () => {
  const sdp = parseSdp(
    fromLatin1('v=0\no=- 1 18446744073709551615 IN IP4 h\ns= \nx=what\nm=audio 9 RTP/AVP 0\na=odd thing\n\n'),
  );
  assert.ok(!('malformed' in sdp));
  assert.equal(sdp.origin.version, '18446744073709551615');
  assert.equal(
    latin1(printSdp(sdp)),
    'v=0\r\no=- 1 18446744073709551615 IN IP4 h\r\ns= \r\nx=what\r\nm=audio 9 RTP/AVP 0\r\na=odd thing\r\n',
  );
});

test('what is no session description is malformed, not an exception', () => {
  const head = 'v=0\r\no=- 1 1 IN IP4 h\r\n';
  for (const text of [
    '',
    '\r\n',
    'v=1\r\no=- 1 1 IN IP4 h\r\n',
    'o=- 1 1 IN IP4 h\r\nv=0\r\n',
    'v=0\r\no=- 1 1 IN IP4\r\n',
    `${head}hello\r\n`,
    `${head}m=audio\r\n`,
    `${head}m=audio 65536 RTP/AVP 0\r\n`,
    `${head}m=audio -1 RTP/AVP 0\r\n`,
    `${head}m=audio 12x RTP/AVP 0\r\n`,
    `${head}c=IN IP4\r\n`,
    `${head}a=x\0y\r\n`,
    `${head}a=x\ry\r\n`,
    `${head}${'m=audio 9 RTP/AVP 0\r\n'.repeat(101)}`,
    `${head}a=${'x'.repeat(65536)}\r\n`,
  ]) {
    assert.ok('malformed' in parseSdp(fromLatin1(text)), JSON.stringify(text.slice(0, 60)));
  }
  assert.ok(!('malformed' in parseSdp(fromLatin1(`${head}${'m=audio 9 RTP/AVP 0\r\n'.repeat(100)}`))));
});

const visible = fc.string({ unit: fc.constantFrom(...'abcXYZ019-./:;=+ \tü'.split('')) });
const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019-.'.split('')), minLength: 1, maxLength: 12 });
const attribute = fc.oneof(
  visible.map((text) => `a=${text}`),
  fc.tuple(fc.nat(130), word, fc.nat(99999)).map(([payload, name, clock]) => `a=rtpmap:${payload} ${name}/${clock}`),
  fc.constantFrom('a=sendonly', 'a=recvonly', 'a=inactive', 'a=ptime:20', 'b=AS:64', 'k=prompt', 'i=info', 'y=unknown'),
);
const section = fc
  .tuple(word, fc.nat(65535), fc.array(word, { minLength: 1, maxLength: 5 }), fc.array(attribute, { maxLength: 6 }))
  .map(([type, port, formats, attributes]) => [`m=${type} ${port} RTP/AVP ${formats.join(' ')}`, ...attributes]);
const session = fc
  .tuple(
    word,
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.array(attribute, { maxLength: 4 }),
    fc.array(section, { maxLength: 4 }),
  )
  .map(([user, id, attributes, sections]) => [
    'v=0',
    `o=${user} ${id} ${id} IN IP4 192.0.2.1`,
    's=-',
    't=0 0',
    ...attributes,
    ...sections.flat(),
  ]);

test('property: printing what was parsed gives the same octets', () => {
  fc.assert(
    fc.property(session, (lines) => {
      const text = lines.map((line) => `${line}\r\n`).join('');
      const sdp = read(...lines);
      assert.equal(latin1(printSdp(sdp)), text);
      assert.equal(sdp.media.length, lines.filter((line) => line.startsWith('m=')).length);
    }),
    { numRuns: 300 },
  );
});

test('property: no octets make it throw', () => {
  const mutated = fc.tuple(session, fc.nat(400), fc.uint8Array({ maxLength: 6 })).map(([lines, at, junk]) => {
    const bytes = fromLatin1(lines.join('\r\n'));
    return new Uint8Array([...bytes.subarray(0, at), ...junk, ...bytes.subarray(at)]);
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
      const sdp = parseSdp(bytes);
      if (!('malformed' in sdp)) assert.deepEqual(parseSdp(printSdp(sdp)), sdp);
    }),
    { numRuns: 500 },
  );
});
