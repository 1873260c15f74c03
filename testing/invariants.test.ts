import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkInvariants } from './invariants.ts';
import { World } from './world.ts';

/** A world in which these first lines were sent in answer to one INVITE. */
function answering(...answers: readonly (readonly [status: string, branch: string])[]): World {
  const world = new World();
  const socket = world.host('10.0.0.1', { name: 'exchange' }).socket(5060, () => undefined);
  for (const [status, branch] of answers) {
    const text = `SIP/2.0 ${status}\r\nVia: SIP/2.0/UDP a;branch=${branch}\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n`;
    socket?.send(new TextEncoder().encode(text), '10.0.0.2', 5060);
  }
  return world;
}

test('two finals to one INVITE are found', () => {
  const world = answering(['180 Ringing', 'a'], ['200 OK', 'a'], ['486 Busy Here', 'a']);
  assert.throws(() => checkInvariants(world.transcript), /exchange answered one INVITE with 200 and 486/);
});

test('repeated finals and those of other transactions are none', () => {
  checkInvariants(answering(['200 OK', 'a'], ['200 OK', 'a'], ['486 Busy Here', 'b'], ['100 Trying', 'b']).transcript);
});
