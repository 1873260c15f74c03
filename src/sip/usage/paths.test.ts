import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createUserAgent } from './agent.ts';
import { Net, Party, Puppet, sdp } from './kit.test.ts';
import { type Field, prepend, type Request, request, responseTo } from '../message/index.ts';
import type { ClientTransaction, ClientUser, TransactionLayer } from '../transaction/types.ts';
import type { Flow, Protocol } from '../transport/types.ts';
import type { Destination, SessionUser } from './types.ts';

/** An agent over transactions that only the test moves. */
class Bench {
  readonly net = new Net();
  readonly sent: { readonly request: Request; readonly flow: Flow; readonly user: ClientUser; cancelled: boolean }[] =
    [];
  readonly told: string[] = [];
  readonly #transactions: TransactionLayer = {
    timers: { t1: 500, t2: 4000, t4: 5000 },
    sendAck: () => undefined,
    send: (outgoing, flow, user) => {
      const one = { request: outgoing, flow, user, cancelled: false };
      this.sent.push(one);
      const transaction: ClientTransaction = {
        request: outgoing,
        flow,
        state: 'calling',
        cancel: () => {
          one.cancelled = true;
        },
      };
      return transaction;
    },
  };
  readonly agent = createUserAgent({
    kernel: this.net.kernel,
    transactions: this.#transactions,
    options: {
      contact: ({ protocol }, secure) => `${secure ? 'sips' : 'sip'}:us;${protocol}`,
      product: 'P',
      allow: [],
    },
    user: { invited: () => assert.fail('nobody invites'), requested: () => assert.fail('nobody asks') },
  }).agent;
  readonly #user = {
    rejected: (_session: unknown, { status }: { status: number }) => void this.told.push(`rejected ${status}`),
    ended: () => void this.told.push('ended'),
  } as unknown as SessionUser;

  flow(protocol: Protocol): Flow {
    const hop = { address: '192.0.2.1', port: 5060 };
    return { id: protocol, protocol, local: hop, remote: hop, reliable: protocol !== 'udp' };
  }

  invite(to: Partial<Destination>, octets: number): void {
    this.agent.invite(
      { requestUri: 'sip:gw.example.org', flow: this.flow('udp'), ...to },
      { from: '<sip:a@us>', to: '<sip:b@them>' },
      { sdp: sdp('x'.repeat(octets)), user: this.#user },
    );
  }

  paths(): string[] {
    return this.sent.map(({ request: one, flow }) => `${flow.protocol} ${one.contacts[0]?.uriText ?? '-'}`);
  }
}

describe('a request too large for a datagram (RFC 3261 §18.1.1)', () => {
  it('goes over a connection where the next hop allows it, and says so', () => {
    const bench = new Bench();
    const large = (): Flow => bench.flow('tcp');
    bench.invite({ large }, 200);
    bench.invite({ large }, 1300);
    bench.invite({}, 1300);
    assert.deepEqual(bench.paths(), ['udp sip:us;udp', 'tcp sip:us;tcp', 'udp sip:us;udp']);
  });

  it('is a datagram all the same when the connection cannot be opened: the same INVITE, once', () => {
    const bench = new Bench();
    bench.invite({ large: () => bench.flow('tcp') }, 1300);
    bench.sent[0]?.user.failed('transport');
    assert.deepEqual(bench.paths(), ['tcp sip:us;tcp', 'udp sip:us;udp']);
    const [first, second] = bench.sent.map(({ request: one }) => `${one.callId} ${one.fromTag} ${one.cseq.number}`);
    assert.equal(first, second);
    bench.sent[1]?.user.failed('transport');
    assert.deepEqual([bench.sent.length, bench.told], [2, ['rejected 503']]);
  });

  it('outside any dialog likewise', () => {
    const bench = new Bench();
    const results: number[] = [];
    const to = { requestUri: 'sip:gw', flow: bench.flow('udp'), large: () => bench.flow('tcp') };
    const who = { from: '<sip:a@us>', to: '<sip:b@them>' };
    bench.agent.request('MESSAGE', to, who, { body: sdp('x'.repeat(1300)) }, ({ status }) => results.push(status));
    bench.sent[0]?.user.failed('transport');
    assert.deepEqual(bench.paths(), ['tcp -', 'udp -']);
    bench.sent[1]?.user.failed('timeout');
    assert.deepEqual(results, [408]);
  });
});

describe('patience', () => {
  it('ends when nothing at all came back: 408, and whoever speaks later is cancelled', () => {
    const bench = new Bench();
    bench.invite({ patience: 3000 }, 10);
    bench.net.advance(2999);
    assert.deepEqual(bench.told, []);
    bench.net.advance(1);
    assert.deepEqual([bench.told, bench.sent[0]?.cancelled], [['rejected 408'], true]);
    bench.sent[0]?.user.failed('timeout');
    assert.deepEqual(bench.told, ['rejected 408']);
  });

  it('lasts as long as anybody wants once a 100 came', () => {
    const bench = new Bench();
    bench.invite({ patience: 3000 }, 10);
    const [one = assert.fail()] = bench.sent;
    one.user.response(responseTo(prepend(one.request, 'Via', 'SIP/2.0/UDP us;branch=z9hG4bK-1'), 100));
    bench.net.advance(60_000);
    assert.deepEqual([bench.told, one.cancelled], [[], false]);
  });
});

describe('a Contact of ours (RFC 3261 §8.1.1.8, §12.1.1)', () => {
  const flow = (bench: Bench): Flow => bench.flow('tls');

  it('is sips where the Request-URI or the first route is', () => {
    const bench = new Bench();
    bench.invite({ flow: flow(bench), requestUri: 'sips:b@them' }, 10);
    bench.invite({ flow: flow(bench), route: ['<sips:proxy;lr>'] }, 10);
    bench.invite({ flow: flow(bench), route: ['<sip:proxy;lr>'] }, 10);
    assert.deepEqual(bench.paths(), ['tls sips:us;tls', 'tls sips:us;tls', 'tls sip:us;tls']);
  });

  it('is sips in the answer to an INVITE that came so', () => {
    const ways: readonly (readonly [uri: string, headers: readonly Field[], secure: boolean])[] = [
      ['sips:b@b', [['Contact', '<sip:p@p>']], true],
      ['sip:b@b', [['Contact', '<sips:p@p>']], true],
      ['sip:b@b', [['Contact', '<sip:p@p>']], false],
      [
        'sip:b@b',
        [
          ['Record-Route', '<sips:proxy;lr>'],
          ['Contact', '<sip:p@p>'],
        ],
        true,
      ],
      [
        'sip:b@b',
        [
          ['Record-Route', '<sip:proxy;lr>'],
          ['Contact', '<sips:p@p>'],
        ],
        false,
      ],
    ];
    for (const [uri, headers, secure] of ways) {
      const net = new Net();
      const asked: boolean[] = [];
      const contact = (_: Flow, wanted: boolean): string => {
        asked.push(wanted);
        return 'sip:b@b';
      };
      const party = new Party(net, 'b', { contact });
      party.onInvited = (session) => session.progress(180, 'Ringing');
      const fields: Field[] = [
        ['Via', 'SIP/2.0/UDP p:5060;branch=z9hG4bK-1'],
        ['From', '<sip:p@p>;tag=p'],
        ['To', '<sip:b@b>'],
        ['Call-ID', 'c1'],
        ['CSeq', '1 INVITE'],
        ['Content-Type', 'application/sdp'],
        ...headers,
      ];
      new Puppet(net, 'p').send('b', request({ method: 'INVITE', uri, headers: fields, body: sdp('offer') }));
      net.advance(50);
      assert.deepEqual(asked, [secure], `${uri} ${JSON.stringify(headers)}`);
    }
  });
});
