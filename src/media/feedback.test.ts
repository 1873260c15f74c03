import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRtcp, printRtcp, type RtcpPacket } from '../rtp/index.ts';
import {
  type Feedback,
  isFeedback,
  keyFrameOf,
  keyFrameWanted,
  lostFci,
  mapFeedback,
  type Source,
} from './feedback.ts';

const OURS = 0xaaaaaaaa;
const THEIRS = 0xbbbbbbbb;
const source: Source = {
  ssrc: OURS,
  sourceSsrc: THEIRS,
  sourceOf: (sequence) => (sequence - 100) & 0xffff,
};

/** The packet sender's and media SSRC, then the control information. */
function body(media: number, fci: string): Uint8Array {
  const hex = `00000001${media.toString(16).padStart(8, '0')}${fci}`;
  return Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}

function hexOf({ body: octets }: Feedback): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

const CASES = [
  { name: 'PLI', type: 206, count: 1, media: OURS, fci: '', is: '00000000bbbbbbbb' },
  { name: 'SLI', type: 206, count: 2, media: OURS, fci: '12345678', is: '00000000bbbbbbbb12345678' },
  { name: 'NACK of one', type: 205, count: 1, media: OURS, fci: '00c80000', is: '00000000bbbbbbbb00640000' },
  { name: 'NACK across the wrap', type: 205, count: 1, media: OURS, fci: '00630001', is: '00000000bbbbbbbbffff0001' },
  {
    name: 'FIR, which names whom it asks in its entries',
    type: 206,
    count: 4,
    media: 0,
    fci: 'cccccccc01000000aaaaaaaa07000000',
    is: '0000000000000000bbbbbbbb07000000',
  },
  { name: 'TMMBR', type: 205, count: 3, media: 0, fci: 'aaaaaaaa12345678', is: '0000000000000000bbbbbbbb12345678' },
  {
    name: 'REMB',
    type: 206,
    count: 15,
    media: 0,
    fci: '52454d4202123456ccccccccaaaaaaaa',
    is: '000000000000000052454d4201123456bbbbbbbb',
  },
  {
    name: 'transport-wide congestion control',
    type: 205,
    count: 15,
    media: OURS,
    fci: '0001000200000300',
    is: '00000000bbbbbbbb0001000200000300',
  },
  { name: 'PLI about another stream', type: 206, count: 1, media: 0x12345678, fci: '', is: undefined },
  { name: 'FIR for somebody else', type: 206, count: 4, media: 0, fci: 'cccccccc01000000', is: undefined },
  { name: 'TMMBN, which names who limited', type: 205, count: 4, media: OURS, fci: 'aaaaaaaa12345678', is: undefined },
] as const;

for (const { name, type, count, media, fci, is } of CASES) {
  test(`${name}, mapped back to the source`, () => {
    const mapped = mapFeedback({ type, count, body: body(media, fci) }, source);
    assert.equal(mapped && hexOf(mapped), is);
  });
}

test('lost numbers that are no packet of the source are left out', () => {
  const odd: Source = { ...source, sourceOf: (sequence) => (sequence % 2 === 0 ? undefined : sequence) };
  const mapped = mapFeedback({ type: 205, count: 1, body: body(OURS, '00010003') }, odd);
  assert.equal(mapped && hexOf(mapped), '00000000bbbbbbbb00010002');
  assert.equal(mapFeedback({ type: 205, count: 1, body: body(OURS, '00020000') }, odd), undefined);
});

test('a NACK names the numbers it was made of', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(numbers, (lost) => {
      const fci = lostFci(lost);
      const view = new DataView(fci.buffer);
      const named: number[] = [];
      for (let at = 0; at < fci.length; at += 4) {
        const first = view.getUint16(at);
        named.push(first);
        for (let bit = 0; bit < 16; bit += 1)
          if ((view.getUint16(at + 2) & (1 << bit)) !== 0) named.push((first + bit + 1) & 0xffff);
      }
      assert.deepEqual(new Set(named), new Set(lost));
    }),
  );
});

test('a key frame is asked for by either way, of whom it says', () => {
  for (const by of ['pli', 'fir'] as const) assert.equal(keyFrameOf(keyFrameWanted(by, THEIRS)), THEIRS);
});

test('a compound with octets changed or cut never throws, and what comes of it names the source alone', () => {
  const packets: RtcpPacket[] = [
    { kind: 'rr', ssrc: 1, reports: [] },
    ...CASES.map(({ type, count, media, fci }) => ({ kind: 'other', type, count, body: body(media, fci) }) as const),
  ];
  const whole = printRtcp(packets);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(whole.length), (changes, length) => {
      const bytes = whole.slice(0, length);
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      const parsed = parseRtcp(bytes);
      if ('malformed' in parsed) return;
      for (const packet of parsed) {
        if (packet.kind !== 'other' || !isFeedback(packet.type)) continue;
        const mapped = mapFeedback(packet, source);
        if (mapped === undefined) continue;
        const media = new DataView(mapped.body.buffer).getUint32(4);
        assert.ok(media === 0 || media === THEIRS);
        assert.ok(mapped.body.length % 4 === 0 || packet.body.length % 4 !== 0);
      }
    }),
    { numRuns: 1000 },
  );
});
