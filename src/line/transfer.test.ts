import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ended } from './transfer.ts';

const dialog = (callId: string) => ({ callId, localTag: 'ours', remoteTag: 'theirs' });
const replaces = (callId: string) => ({ callId, toTag: 'ours', fromTag: 'theirs', earlyOnly: false });

test('a dialog that has ended is known for 64*T1 and then forgotten, however many there were', () => {
  let now = 0;
  const ended = new Ended(() => now);
  for (let at = 0; at < 100; at += 1) {
    now = at * 1000;
    ended.add(dialog(`c${at}`));
    for (let before = 0; before <= at; before += 1)
      assert.equal(ended.has(replaces(`c${before}`)), before > at - 32, `c${before} at ${at} s`);
  }
  now += 32_000;
  assert.equal(ended.has(replaces('c99')), false);
});

test('its tags may stand the other way round, and must be its own', () => {
  const ended = new Ended(() => 0);
  ended.add(dialog('c'));
  assert.equal(ended.has({ callId: 'c', toTag: 'theirs', fromTag: 'ours', earlyOnly: false }), true);
  assert.equal(ended.has({ callId: 'c', toTag: 'ours', fromTag: 'ours', earlyOnly: false }), false);
});
