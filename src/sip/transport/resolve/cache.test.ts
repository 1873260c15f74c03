import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Kernel } from '../../../kernel/index.ts';
import { type Answer, cached, type Resolver } from './index.ts';

/** A resolver whose answers are given by hand, on a clock that is moved by hand. */
class Bench {
  now = 0;
  asked = 0;
  answer: Answer<string> = { ok: true, records: ['192.0.2.1'], ttl: 20 };
  readonly #resolver: Resolver;

  constructor() {
    const crypto = { random: (octets: number) => new Uint8Array(octets) } as never;
    const kernel = new Kernel({
      now: () => this.now,
      wall: () => 0,
      crypto,
      arm: () => undefined,
      onFault: ({ error }) => assert.fail(String(error)),
    });
    this.#resolver = cached(kernel, {
      naptr: (_, then) => then({ ok: true, records: [] }),
      srv: (_, then) => then({ ok: true, records: [] }),
      addresses: (_name, _family, then) => {
        this.asked += 1;
        then(this.answer);
      },
    });
  }

  told(name = 'gw.example.org'): Answer<string> {
    let told: Answer<string> | undefined;
    this.#resolver.addresses(name, 4, (answer) => (told = answer));
    return told ?? assert.fail('not at once');
  }
}

it('an answer is kept as long as it says, and not longer', () => {
  const bench = new Bench();
  bench.told();
  bench.answer = { ok: true, records: ['192.0.2.2'], ttl: 20 };
  bench.now = 19_999;
  assert.deepEqual(bench.told(), { ok: true, records: ['192.0.2.1'], ttl: 20 });
  assert.equal(bench.asked, 1);
  bench.now = 20_000;
  assert.deepEqual(bench.told(), bench.answer);
  assert.equal(bench.asked, 2);
});

it('one that says nothing is kept for a minute, one of no time for five seconds, one of a year for an hour', () => {
  for (const [ttl, seconds] of [
    [undefined, 60],
    [0, 5],
    [31_536_000, 3600],
  ] as const) {
    const bench = new Bench();
    bench.answer = { ok: true, records: [], ...(ttl === undefined ? {} : { ttl }) };
    bench.told();
    bench.now = seconds * 1000 - 1;
    bench.told();
    assert.equal(bench.asked, 1, `${ttl}`);
    bench.now += 1;
    bench.told();
    assert.equal(bench.asked, 2, `${ttl}`);
  }
});

it('what was known stands in while name servers fail, for a day; a failure is not kept', () => {
  const bench = new Bench();
  const known = bench.told();
  bench.answer = { ok: false, why: 'SERVFAIL' };
  bench.now = 86_400_000;
  assert.deepEqual(bench.told(), known);
  assert.deepEqual(bench.told(), known);
  assert.equal(bench.asked, 3);
  bench.now = 86_420_000;
  assert.deepEqual(bench.told(), bench.answer);
  assert.deepEqual(bench.told('other.example.org'), bench.answer);
});

it('a thousand names are kept, the oldest leaves first', () => {
  const bench = new Bench();
  for (let at = 0; at <= 1000; at += 1) bench.told(`h${at}`);
  bench.told('h1');
  assert.equal(bench.asked, 1001);
  bench.told('h0');
  assert.equal(bench.asked, 1002);
});
