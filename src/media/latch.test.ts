import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Latch } from './latch.ts';

const SDP = { address: '192.0.2.1', port: 4000 };
const NAT = { address: '198.51.100.9', port: 61_000 };
const MALLORY = { address: '203.0.113.66', port: 6666 };

type Source = typeof SDP;

function latchFor(
  remote: Source | undefined,
  allowed = true,
): (from: Source, sequence: number, now?: number, ssrc?: number) => string {
  const latch = new Latch();
  latch.restart(remote, allowed);
  return (from, sequence, now = 100, ssrc = 1) => {
    const verdict = latch.judge(from.address, from.port, ssrc, sequence, now);
    return verdict === 'latched' ? `latched ${latch.target?.port}` : verdict;
  };
}

test('packets from the address in SDP are ours at once, and keep strangers out', () => {
  const judge = latchFor(SDP);
  assert.equal(judge(SDP, 1), 'ours');
  for (let sequence = 0; sequence < 10; sequence += 1) assert.equal(judge(MALLORY, sequence), 'stranger');
  assert.equal(judge(SDP, 2), 'ours');
});

test('another source is latched with its third consecutive packet', () => {
  const judge = latchFor(SDP);
  assert.deepEqual([judge(NAT, 65_535), judge(NAT, 0), judge(NAT, 1)], ['stranger', 'stranger', 'latched 61000']);
  assert.equal(judge(NAT, 9), 'ours');
  assert.equal(judge(MALLORY, 1), 'stranger');
});

test('packets out of sequence, or of changing sources, are not consecutive', () => {
  const judge = latchFor(SDP);
  assert.deepEqual(
    [judge(NAT, 1), judge(NAT, 2), judge(NAT, 4), judge(NAT, 5)],
    ['stranger', 'stranger', 'stranger', 'stranger'],
  );
  assert.deepEqual(
    [judge(MALLORY, 1, 1, 1), judge(MALLORY, 2, 1, 2), judge(MALLORY, 3, 1, 3)],
    ['stranger', 'stranger', 'stranger'],
  );
});

test('a flood of strangers between its packets does not keep a phone out', () => {
  const judge = latchFor(SDP);
  assert.equal(judge(NAT, 1), 'stranger');
  judge(MALLORY, 50);
  assert.equal(judge(NAT, 2), 'stranger');
  judge(MALLORY, 90);
  assert.equal(judge(NAT, 3), 'latched 61000');
});

test('the window closes two seconds after the first packet', () => {
  const judge = latchFor(SDP);
  judge(NAT, 1, 9000);
  judge(NAT, 2, 11_001);
  assert.equal(judge(NAT, 3, 11_002), 'stranger');
});

test("a stranger's stray packet does not open and close the phone's window", () => {
  const judge = latchFor(SDP);
  assert.equal(judge(MALLORY, 1, 0), 'stranger');
  assert.deepEqual(
    [judge(NAT, 1, 5000), judge(NAT, 2, 5020), judge(NAT, 3, 5040)],
    ['stranger', 'stranger', 'latched 61000'],
  );
});

test('where latching is not allowed only the address in SDP is heard', () => {
  const judge = latchFor(SDP, false);
  for (let sequence = 0; sequence < 5; sequence += 1) assert.equal(judge(NAT, sequence), 'stranger');
  assert.equal(judge(SDP, 1), 'ours');
});

test('the address in SDP wins its leg back from a stranger that was faster', () => {
  const judge = latchFor(SDP);
  for (const sequence of [1, 2, 3]) judge(MALLORY, sequence);
  assert.deepEqual(
    [judge(SDP, 7, 5000), judge(SDP, 8, 5020), judge(SDP, 9, 5040)],
    ['stranger', 'stranger', 'latched 4000'],
  );
  assert.equal(judge(MALLORY, 4, 5060), 'stranger');
});

test('without an address in SDP the first source is latched', () => {
  const judge = latchFor(undefined);
  assert.deepEqual([judge(NAT, 1), judge(NAT, 2), judge(NAT, 3)], ['stranger', 'stranger', 'latched 61000']);
});

test('a new epoch forgets', () => {
  const latch = new Latch();
  latch.restart(SDP, true);
  for (const sequence of [1, 2, 3]) latch.judge(NAT.address, NAT.port, 1, sequence, 10);
  assert.deepEqual(latch.target, NAT);
  latch.restart(SDP, true);
  assert.deepEqual(latch.target, SDP);
  assert.equal(latch.settled, false);
  assert.equal(latch.judge(NAT.address, NAT.port, 1, 4, 60_010), 'stranger');
});
