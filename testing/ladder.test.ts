import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawLadder } from './ladder.ts';
import { World } from './world.ts';

test('a ladder has a column a host and an arrow a message; lost and doubled ones show', () => {
  const rungs = [
    { at: 0, from: 'alice', to: 'exchange', label: 'INVITE 1', mark: 'sent' },
    { at: 1, from: 'exchange', to: 'bob', label: 'INVITE 2', mark: 'lost' },
    { at: 20, from: 'bob', to: 'alice', label: '200 OK', mark: 'sent' },
    { at: 1500, from: 'exchange', to: 'alice', label: 'RTP 425 Hz 1.5 s', mark: 'media' },
    { at: 1600, from: 'alice', to: 'exchange', label: 'BYE', mark: 'doubled' },
  ] as const;
  assert.deepEqual(drawLadder(rungs).split('\n'), [
    '  seconds alice                               exchange                            bob',
    '    0.000 |------------ INVITE 1 ------------>|                                   |',
    '    0.001 |                                   |------------ INVITE 2 ------------x|',
    '    0.020 |<------------------------------- 200 OK -------------------------------|',
    '    1.500 |<~~~~~~~~ RTP 425 Hz 1.5 s ~~~~~~~~|                                   |',
    '    1.600 |-------------- BYE ---------------»|                                   |',
  ]);
});

test('what passed the network is in it, even what is no message', async () => {
  const world = new World();
  const socket = world.host('10.0.0.1', { name: 'alice' }).socket(5060, () => undefined);
  world.host('10.0.0.2', { name: 'bob' });
  const say = (text: string, to: string): void => socket?.send(new TextEncoder().encode(text), to, 5060);
  say(
    'MESSAGE sip:bob SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK7\r\ni: 42\r\nCSEQ:  3   MESSAGE\r\n\r\nhello',
    '10.0.0.2',
  );
  say('Bah humbug', '10.0.0.9');
  say('\r\n\r\n', '10.0.0.2');
  await world.after(10);
  const [message, nonsense, ...more] = world.transcript.messages;
  assert.deepEqual([message?.branch, message?.callId, message?.cseq], ['z9hG4bK7', '42', '3   MESSAGE']);
  assert.deepEqual([nonsense?.to, nonsense?.callId], ['?', '']);
  assert.deepEqual(more, []);
  assert.match(world.ladder(), /alice +bob +\?\n.*MESSAGE sip:bob \(3\)/);
});
