import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Kernel } from '../kernel/index.ts';
import type { PbxEvent } from './events.ts';
import { Refusals } from './refusals.ts';

const MINUTE = 60_000;

interface Bench {
  readonly from: (source: string, times?: number) => void;
  readonly pass: (ms: number) => void;
  /** What was told: source, and how many more. */
  readonly told: string[];
  readonly idle: () => boolean;
}

function bench(): Bench {
  let now = 0;
  const crypto = {
    hash: (name: string, data: Uint8Array | string) => createHash(name).update(data).digest(),
    hmac: (name: string, key: Uint8Array, data: Uint8Array | string) => createHmac(name, key).update(data).digest(),
    random: (count: number) => randomBytes(count),
    equal: (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b),
  };
  const kernel = new Kernel({
    now: () => now,
    wall: () => now,
    crypto,
    arm: () => undefined,
    onFault: ({ error }) => assert.fail(String(error)),
  });
  const told: string[] = [];
  const hear = (event: PbxEvent): void => {
    if (event.event === 'refused') told.push(`${event.source} ${event.untold ?? 'first'}`);
  };
  const refusals = new Refusals(kernel, hear);
  return {
    from: (source, times = 1) => {
      for (let at = 0; at < times; at += 1)
        refusals.refused({ event: 'refused', method: 'REGISTER', account: '101', source, why: 'wrong password' });
    },
    pass: (ms) => {
      now += ms;
      while (kernel.runDue());
    },
    told,
    idle: () => (kernel.house.census()['timer'] ?? 0) === 0,
  };
}

test('the first refusal of a source is told at once, the others once a minute with their number', () => {
  const at = bench();
  at.from('udp:192.0.2.1:5060');
  at.from('udp:192.0.2.1:5061', 1000);
  at.from('udp:192.0.2.2:5060');
  assert.deepEqual(at.told, ['udp:192.0.2.1:5060 first', 'udp:192.0.2.2:5060 first']);
  at.pass(MINUTE);
  assert.deepEqual(at.told.slice(2), ['udp:192.0.2.1:5061 999']);
  at.pass(MINUTE);
  at.from('udp:192.0.2.1:5060');
  assert.deepEqual(at.told.slice(3), ['udp:192.0.2.1:5060 first'], 'after a quiet minute it is news again');
});

test('a flood from forged sources costs a bounded number of lines and of sources', () => {
  const at = bench();
  for (let one = 0; one < 50_000; one += 1) at.from(`udp:10.${one >> 16}.${(one >> 8) & 255}.${one & 255}:5060`);
  assert.ok(at.told.length <= 1025, `${at.told.length} lines`);
  at.pass(MINUTE);
  assert.ok(at.told.length <= 1026, `${at.told.length} lines`);
  const untold = Number(at.told.at(-1)?.split(' ')[1]);
  assert.equal(at.told.length - 1 + untold + 1, 50_000, 'each is counted once');
});
