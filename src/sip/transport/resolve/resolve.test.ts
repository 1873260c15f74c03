import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseUri } from '../../message/index.ts';
import { hostPort } from '../via.ts';
import { Simulation } from '../kit.test.ts';
import type { Protocol } from '../types.ts';
import { type Answer, familiesOf, type Naptr, type Resolved, type Resolver, resolve, type Srv } from './index.ts';
import { inTurn } from './plan.ts';

/** What name servers know; a name that is not there has no records, `fail` cannot be said, `silent` is never answered. */
interface Zone {
  readonly naptr?: Readonly<Record<string, readonly Naptr[]>>;
  readonly srv?: Readonly<Record<string, readonly Srv[]>>;
  readonly a?: Readonly<Record<string, readonly string[]>>;
  readonly aaaa?: Readonly<Record<string, readonly string[]>>;
  readonly fail?: readonly string[];
  readonly silent?: readonly string[];
}

class Bench extends Simulation {
  readonly asked: string[] = [];
  readonly answers: Resolved[] = [];
  readonly #zone: Zone;
  speaks: readonly Protocol[] = ['udp', 'tcp', 'tls'];

  constructor(zone: Zone) {
    super();
    this.#zone = zone;
  }

  readonly resolver: Resolver = {
    naptr: (name, then) => this.#answer('NAPTR', name, this.#zone.naptr, then),
    srv: (name, then) => this.#answer('SRV', name, this.#zone.srv, then),
    addresses: (name, family, then) =>
      this.#answer(family === 4 ? 'A' : 'AAAA', name, family === 4 ? this.#zone.a : this.#zone.aaaa, then),
  };

  begin(text: string) {
    const uri = parseUri(text);
    assert.ok(uri !== undefined, text);
    const { kernel, resolver, speaks } = this;
    return resolve({ kernel, resolver, speaks, families: [6, 4] }, uri, (resolved) => void this.answers.push(resolved));
  }

  #answer<R>(
    type: string,
    name: string,
    zone: Readonly<Record<string, readonly R[]>> = {},
    then: (answer: Answer<R>) => void,
  ): void {
    this.asked.push(`${type} ${name}`);
    if (this.#zone.silent?.includes(name) === true) return;
    const failed = this.#zone.fail?.includes(name) === true;
    this.kernel.house.after(5, () =>
      then(failed ? { ok: false, why: 'SERVFAIL' } : { ok: true, records: zone[name] ?? [] }),
    );
  }
}

function found(uri: string, zone: Zone = {}, speaks?: readonly Protocol[]) {
  const bench = new Bench(zone);
  if (speaks !== undefined) bench.speaks = speaks;
  bench.begin(uri);
  bench.advance(1000);
  assert.equal(bench.answers.length, 1, 'told once');
  assert.deepEqual(bench.quiet(), {});
  const [{ targets, why } = assert.fail()] = bench.answers;
  return { asked: bench.asked, targets: targets.map(({ protocol, hop }) => `${protocol} ${hostPort(hop)}`), why };
}

const naptr = (order: number, preference: number, service: string, replacement: string, flags = 's'): Naptr => ({
  order,
  preference,
  flags,
  service,
  replacement,
});
const srv = (priority: number, weight: number, target: string, port = 5060): Srv => ({
  priority,
  weight,
  port,
  target,
});

describe('a URI that says all (RFC 3263 §4.1, §4.2)', () => {
  const cases: readonly (readonly [uri: string, target: string])[] = [
    ['sip:a@192.0.2.7', 'udp 192.0.2.7:5060'],
    ['sip:a@192.0.2.7:5070;transport=TCP', 'tcp 192.0.2.7:5070'],
    ['sip:a@[2001:db8::7];transport=tls', 'tls [2001:db8::7]:5061'],
    ['sips:a@192.0.2.7', 'tls 192.0.2.7:5061'],
    ['sips:a@192.0.2.7:5070;transport=tcp', 'tls 192.0.2.7:5070'],
    ['sip:a@example.org;maddr=192.0.2.9', 'udp 192.0.2.9:5060'],
  ];
  for (const [uri, target] of cases) {
    it(`${uri} is ${target}, and nobody is asked`, () => {
      assert.deepEqual(found(uri), { asked: [], targets: [target], why: '' });
    });
  }

  it('asks for addresses alone where a port is written, of both families (RFC 7984)', () => {
    const zone = { a: { 'example.org': ['192.0.2.1', '192.0.2.2'] }, aaaa: { 'example.org': ['2001:db8::1'] } };
    assert.deepEqual(found('sip:a@example.org:5070', zone), {
      asked: ['AAAA example.org', 'A example.org'],
      targets: ['udp [2001:db8::1]:5070', 'udp 192.0.2.1:5070', 'udp 192.0.2.2:5070'],
      why: '',
    });
  });
});

describe('a name', () => {
  const hosts = { a: { 'a.example.org': ['192.0.2.1'], 'b.example.org': ['192.0.2.2'], 'example.org': ['192.0.2.9'] } };
  const both = [
    naptr(50, 50, 'SIPS+D2T', '_sips._tcp.example.org'),
    naptr(90, 50, 'SIP+D2T', '_sip._tcp.example.org'),
    naptr(100, 50, 'SIP+D2U', '_sip._udp.example.org'),
  ];
  const services = {
    '_sips._tcp.example.org': [srv(0, 1, 'a.example.org', 5061)],
    '_sip._tcp.example.org': [srv(0, 1, 'a.example.org'), srv(1, 1, 'b.example.org')],
    '_sip._udp.example.org': [srv(0, 1, 'b.example.org')],
  };

  it('is followed from NAPTR over SRV to addresses, best first (§4.1)', () => {
    const { targets, asked } = found('sip:a@example.org', {
      ...hosts,
      naptr: { 'example.org': [both[2], both[0], both[1]].flatMap((one) => one ?? []) },
      srv: services,
    });
    assert.deepEqual(targets, ['tls 192.0.2.1:5061', 'tcp 192.0.2.1:5060', 'tcp 192.0.2.2:5060', 'udp 192.0.2.2:5060']);
    assert.equal(asked[0], 'NAPTR example.org');
  });

  it('takes only what we speak, and secure ones only for sips', () => {
    const zone = { ...hosts, naptr: { 'example.org': both }, srv: services };
    assert.deepEqual(found('sip:a@example.org', zone, ['udp']).targets, ['udp 192.0.2.2:5060']);
    assert.deepEqual(found('sips:a@example.org', zone).targets, ['tls 192.0.2.1:5061']);
  });

  it('without NAPTR has its SRV asked for, for all we speak, in our order', () => {
    const { targets, asked } = found('sip:a@example.org', { ...hosts, srv: services });
    assert.deepEqual(asked.slice(0, 4), [
      'NAPTR example.org',
      'SRV _sip._udp.example.org',
      'SRV _sip._tcp.example.org',
      'SRV _sips._tcp.example.org',
    ]);
    assert.deepEqual(targets.slice(0, 2), ['udp 192.0.2.2:5060', 'tcp 192.0.2.1:5060']);
  });

  it('whose transport is said has SRV asked for that alone', () => {
    const { asked, targets } = found('sip:a@example.org;transport=tcp', { ...hosts, srv: services });
    assert.equal(asked[0], 'SRV _sip._tcp.example.org');
    assert.deepEqual(targets, ['tcp 192.0.2.1:5060', 'tcp 192.0.2.2:5060']);
  });

  it('without any of these is its own host, at the usual port', () => {
    assert.deepEqual(found('sip:a@example.org', hosts).targets, ['udp 192.0.2.9:5060']);
    assert.deepEqual(found('sips:a@example.org', hosts).targets, ['tls 192.0.2.9:5061']);
    assert.deepEqual(found('sip:a@example.org;transport=tcp', hosts).targets, ['tcp 192.0.2.9:5060']);
  });

  it('that is nowhere has no targets, and says why', () => {
    assert.deepEqual(found('sip:a@example.org').why, 'no address');
    assert.equal(found('sip:a@example.org:5060', { fail: ['example.org'] }).why, 'SERVFAIL');
    assert.equal(found('sip:a@example.org;transport=sctp').why, 'no such transport');
    assert.equal(found('sip:a@192.0.2.1;transport=tls', {}, ['udp']).why, 'we do not speak tls');
  });

  it('is not hurt by name servers that fail where others know', () => {
    const zone = { ...hosts, srv: services, fail: ['example.org', '_sip._udp.example.org'] };
    assert.deepEqual(found('sip:a@example.org', zone, ['udp', 'tcp']).targets, [
      'tcp 192.0.2.1:5060',
      'tcp 192.0.2.2:5060',
    ]);
  });

  it('has at most 32 targets, whatever is said', () => {
    const many = Array.from({ length: 300 }, (_, at) => srv(at, 1, `h${at}.example.org`));
    const a = Object.fromEntries(many.map(({ target }, at) => [target, [`192.0.2.${at % 200}`, '192.0.2.201']]));
    const { targets, asked } = found('sip:a@example.org;transport=udp', { srv: { '_sip._udp.example.org': many }, a });
    assert.equal(targets.length, 32);
    assert.ok(asked.length < 100);
  });
});

describe('silence', () => {
  it('of name servers ends after ten seconds', () => {
    const bench = new Bench({ silent: ['example.org'] });
    bench.begin('sip:a@example.org:5060');
    bench.advance(9999);
    assert.deepEqual(bench.answers, []);
    bench.advance(1);
    assert.deepEqual(bench.answers, [{ targets: [], why: 'the name servers are silent' }]);
    assert.deepEqual(bench.quiet(), {});
  });

  it('of whoever asked: nothing is told, nothing is left', () => {
    const bench = new Bench({ a: { 'example.org': ['192.0.2.1'] } });
    bench.begin('sip:a@example.org').cancel();
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.answers, []);
  });
});

describe('SRV records (RFC 2782)', () => {
  const record = fc.record({
    priority: fc.nat(3),
    weight: fc.nat(5),
    port: fc.constant(5060),
    target: fc.constantFrom('a', 'b', 'c', 'd'),
  });

  it('come each once, lower priorities first, whatever chance says', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), fc.infiniteStream(fc.nat(1000)), (records, chance) => {
        const turn = inTurn(records, (below) => Number(chance.next().value) % below);
        assert.equal(turn.length, records.length);
        assert.deepEqual(new Set(turn), new Set(records));
        for (const [at, one] of turn.entries()) assert.ok(one.priority >= (turn[at - 1]?.priority ?? 0));
      }),
    );
  });

  it('of one priority come first in proportion to their weights', () => {
    const records = [srv(1, 1, 'a'), srv(1, 3, 'b')];
    let state = 7;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const firsts = Array.from({ length: 4000 }, () => inTurn(records, random)[0]?.target);
    const share = firsts.filter((target) => target === 'b').length / firsts.length;
    // The draw of §"Usage rules" counts from 0: the sum of weights has one place more than four.
    assert.ok(share > 0.55 && share < 0.8, String(share));
  });

  it('that say there is no such service are none', () => {
    assert.deepEqual(
      inTurn([srv(0, 0, '.')], () => 0),
      [],
    );
  });
});

it('families are those we have an address of, IPv6 first', () => {
  const four = { address: '192.0.2.1', port: 5060 };
  const six = { address: '2001:db8::1', port: 5060 };
  assert.deepEqual([familiesOf([four]), familiesOf([four, six]), familiesOf([])], [[4], [6, 4], []]);
});
