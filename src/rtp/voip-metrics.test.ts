import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printRtcp, parseRtcp } from './rtcp.ts';
import { readVoipMetrics, voipMetricsBody, XR } from './voip-metrics.ts';

/** RFC 3611 §4.7: the fields in their places, written by hand. */
const BLOCK = [
  [7, 0, 0, 8],
  [0, 0, 0, 9],
  [26, 13, 0, 0],
  [0, 0, 0, 0],
  [0, 120, 0, 60],
  [127, 127, 127, 16],
  [81, 127, 41, 38],
  [0, 0, 0, 0],
  [0, 0, 0, 0],
].flat();
const METRICS = {
  ssrc: 9,
  lossRate: 26,
  discardRate: 13,
  roundTrip: 120,
  endSystemDelay: 60,
  rFactor: 81,
  mosListening: 4.1,
  mosConversational: 3.8,
};

test('voice metrics are read and written where RFC 3611 §4.7 has them', () => {
  const body = Uint8Array.from([0, 0, 0, 5, ...BLOCK]);
  assert.deepEqual(readVoipMetrics(body), METRICS);
  assert.deepEqual(voipMetricsBody(5, METRICS), body);
});

test('they travel in a compound packet, behind other blocks too', () => {
  const loss = [1, 0, 0, 2, 0, 0, 0, 9, 0, 1, 0, 2];
  const body = Uint8Array.from([0, 0, 0, 5, ...loss, ...BLOCK]);
  const bytes = printRtcp([
    { kind: 'rr', ssrc: 5, reports: [] },
    { kind: 'other', type: XR, count: 0, body },
  ]);
  const packets = parseRtcp(bytes);
  assert.ok(!('malformed' in packets));
  const [, xr] = packets;
  assert.ok(xr?.kind === 'other' && xr.type === XR);
  assert.deepEqual(readVoipMetrics(xr.body), METRICS);
});

test('what is not known is told as such, and read as such', () => {
  const { rFactor: _r, mosListening: _l, mosConversational: _c, ...known } = METRICS;
  const silent = { ...known, rFactor: undefined, mosListening: undefined, mosConversational: undefined };
  assert.deepEqual(readVoipMetrics(voipMetricsBody(1, silent)), silent);
});

test('octets of any kind do no harm', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const found = readVoipMetrics(bytes);
      assert.ok(found === undefined || bytes.length >= 40);
    }),
  );
});
