import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { responseTo } from '../message/index.ts';
import { octets, values } from '../transport/kit.test.ts';
import { Bench } from './kit.test.ts';

describe('an INVITE server transaction', () => {
  it('sends 100 Trying at once, without To tag, and tells the request (§17.2.1)', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    assert.deepEqual(bench.lines(), ['SIP/2.0 100 Trying']);
    assert.deepEqual(values(bench.sent[0]?.text ?? '', 'To'), ['<sip:101@192.0.2.1>']);
    assert.deepEqual(bench.told, ['request INVITE']);
  });

  it('answers a repeated INVITE with the newest provisional response, and tells nothing', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.arrive('INVITE');
    bench.respond(180);
    bench.arrive('INVITE');
    assert.deepEqual(
      bench.lines().map((line) => line.slice(8, 11)),
      ['100', '100', '180', '180'],
    );
    assert.equal(bench.sent[2]?.text, bench.sent[3]?.text);
    assert.deepEqual(bench.told, ['request INVITE']);
  });

  it('repeats a refusal after T1, doubled up to T2, until timer H, and says that no ACK came', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.respond(486);
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(
      bench.times('SIP/2.0 486'),
      [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
    );
    assert.deepEqual(bench.told, ['request INVITE', 'unacknowledged terminated']);
    assert.equal(bench.now, 32_000);
  });

  it('stops repeating at the ACK, absorbs ACKs and INVITEs for T4 and ends', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.respond(486);
    bench.arrive('INVITE');
    bench.arrive('ACK');
    assert.equal(bench.server.state, 'confirmed');
    assert.deepEqual(bench.kernel.scene.census(), { transaction: 1, timer: 1 });
    bench.arrive('ACK');
    bench.arrive('INVITE');
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.now, 5000);
    assert.deepEqual(bench.times('SIP/2.0 486'), [0, 0]);
    assert.deepEqual(bench.told, ['request INVITE']);
  });

  it('sends a refusal once over a reliable transport and ends at the ACK', () => {
    const bench = new Bench({ protocol: 'tcp' });
    bench.arrive('INVITE');
    bench.respond(486);
    bench.advance(10_000);
    bench.arrive('ACK');
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.now, 10_000);
    assert.deepEqual(bench.times('SIP/2.0 486'), [0]);
  });

  it('sends each 2xx the dialog hands it, repeats none itself, absorbs INVITEs for 64*T1 (RFC 6026 §7.1)', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    const ok = bench.respond(200);
    bench.arrive('INVITE');
    bench.advance(500);
    bench.server.respond(ok);
    assert.deepEqual(bench.times('SIP/2.0 200'), [0, 500]);
    bench.advance(31_499);
    bench.arrive('INVITE');
    assert.equal(bench.server.state, 'accepted');
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.now, 32_000);
    assert.deepEqual(bench.times('SIP/2.0 200'), [0, 500]);
    assert.deepEqual(bench.told, ['request INVITE']);
  });

  it('drops a second final response other than a repeated 2xx', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.respond(200);
    bench.respond(486);
    bench.respond(180);
    bench.arrive('INVITE', { branch: 'z9hG4bK-b', callId: 'c2' });
    bench.respond(404);
    bench.respond(200);
    bench.respond(503);
    assert.deepEqual(
      bench.lines().map((line) => line.slice(8, 11)),
      ['100', '200', '100', '404'],
    );
  });

  it('hands up the ACK for a 2xx, whether it has a branch of its own or, wrongly, that of the INVITE', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.respond(200);
    bench.arrive('ACK', { branch: 'z9hG4bK-ack', to: '<sip:101@192.0.2.1>;tag=ours' });
    bench.arrive('ACK', { to: '<sip:101@192.0.2.1>;tag=ours' });
    assert.deepEqual(bench.told, ['request INVITE', 'ack 1', 'ack 1']);
  });

  it('hands up an ACK to nothing', () => {
    const bench = new Bench();
    bench.arrive('ACK');
    assert.deepEqual([bench.told, bench.sent], [['ack 1'], []]);
  });

  it('says once that a flow failed under a final response, and stays (RFC 6026 §7.1)', () => {
    for (const status of [200, 486]) {
      const bench = new Bench();
      bench.arrive('INVITE');
      bench.transport.failed(bench.peer, 'unreachable');
      assert.deepEqual(bench.told, ['request INVITE']);
      bench.respond(status);
      const { state } = bench.server;
      bench.transport.failed(bench.peer, 'unreachable');
      const told = ['request INVITE', `unacknowledged ${state}`];
      assert.deepEqual(bench.told, told);
      bench.transport.failed(bench.peer, 'unreachable');
      bench.arrive('INVITE');
      assert.deepEqual(bench.quiet(), {});
      assert.deepEqual(bench.told, told);
    }
  });
});

describe('a non-INVITE server transaction', () => {
  it('absorbs repetitions until there is a response, then repeats the newest, for 64*T1 (§17.2.2)', () => {
    const bench = new Bench();
    bench.arrive('OPTIONS');
    bench.arrive('OPTIONS');
    assert.deepEqual(bench.sent, []);
    bench.respond(183);
    bench.arrive('OPTIONS');
    bench.respond(200);
    bench.respond(404);
    bench.advance(31_999);
    bench.arrive('OPTIONS');
    assert.deepEqual(
      bench.lines().map((line) => line.slice(8, 11)),
      ['183', '183', '200', '200'],
    );
    assert.deepEqual(bench.told, ['request OPTIONS']);
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.now, 32_000);
    bench.arrive('OPTIONS');
    assert.deepEqual(bench.told, ['request OPTIONS', 'request OPTIONS']);
  });

  it('sends every provisional response and one final one, and ends 64*T1 later', () => {
    for (const final of [200, 404]) {
      for (const before of [[], [100], [100, 183]]) {
        const bench = new Bench();
        bench.arrive('OPTIONS');
        for (const status of before) bench.respond(status);
        bench.advance(1000);
        bench.respond(final);
        assert.deepEqual(
          bench.lines().map((line) => Number(line.slice(8, 11))),
          [...before, final],
        );
        assert.deepEqual(bench.quiet(), {});
        assert.equal(bench.now, 33_000);
      }
    }
  });

  it('ends at once over a reliable transport', () => {
    const bench = new Bench({ protocol: 'ws' });
    bench.arrive('OPTIONS');
    bench.respond(200);
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.now, 0);
  });

  it('stays when its flow fails', () => {
    const bench = new Bench();
    bench.arrive('OPTIONS');
    bench.respond(200);
    bench.transport.failed(bench.peer, 'unreachable');
    bench.arrive('OPTIONS');
    assert.equal(bench.times('SIP/2.0 200').length, 2);
  });
});

describe('requests and server transactions (§17.2.3)', () => {
  it('match by branch, sent-by and method', () => {
    const bench = new Bench();
    bench.arrive('OPTIONS');
    bench.arrive('INFO', { cseq: 2 });
    bench.arrive('OPTIONS', { via: 'SIP/2.0/UDP 192.0.2.7:5071;branch=z9hG4bK-a', callId: 'c2' });
    bench.arrive('OPTIONS');
    assert.deepEqual(bench.told, ['request OPTIONS', 'request INFO', 'request OPTIONS']);
  });

  const old = { via: 'SIP/2.0/UDP 192.0.2.7:5070' };

  it('match without the cookie by Request-URI, tags, Call-ID, CSeq and top Via', () => {
    const bench = new Bench();
    bench.arrive('INVITE', old);
    bench.arrive('INVITE', old);
    bench.arrive('INVITE', { ...old, callId: 'c2' });
    bench.arrive('INVITE', { ...old, cseq: 2 });
    bench.arrive('INVITE', { ...old, uri: 'sip:103@192.0.2.1', callId: 'c3' });
    bench.arrive('INVITE', { via: 'SIP/2.0/UDP 192.0.2.7:5070;branch=1', callId: 'c4' });
    bench.arrive('INVITE', { via: 'SIP/2.0/UDP 192.0.2.7:5070;branch=1', callId: 'c4' });
    assert.equal(bench.told.length, 5);
  });

  it('absorb an old ACK for a refusal by its To tag, and hand up others', () => {
    const bench = new Bench();
    bench.arrive('INVITE', old);
    bench.respond(486);
    bench.arrive('ACK', { ...old, to: '<sip:101@192.0.2.1>;tag=other' });
    assert.equal(bench.server.state, 'completed');
    bench.arrive('ACK', { ...old, to: '<sip:101@192.0.2.1>;tag=ours' });
    assert.equal(bench.server.state, 'confirmed');
    assert.deepEqual(bench.told, ['request INVITE', 'ack 1']);
  });

  it('absorb an old ACK inside a dialog', () => {
    const bench = new Bench();
    const inside = { ...old, to: '<sip:101@192.0.2.1>;tag=ours', cseq: 2 };
    bench.arrive('INVITE', inside);
    bench.respond(488);
    bench.arrive('ACK', inside);
    assert.equal(bench.server.state, 'confirmed');
  });
});

describe('a merged request (§8.2.2.2)', () => {
  it('is answered 482 while the first is ongoing', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.arrive('INVITE', { branch: 'z9hG4bK-other-path' });
    assert.deepEqual(bench.told, ['request INVITE']);
    assert.equal(bench.times('SIP/2.0 482').length, 1);
    assert.match(values(bench.sent.at(-1)?.text ?? '', 'To')[0] ?? '', /;tag=.+/);
    bench.arrive('ACK', { branch: 'z9hG4bK-other-path' });
    assert.equal(bench.server.state, 'proceeding');
    bench.respond(200);
    assert.deepEqual(bench.quiet(), {});
    bench.arrive('INVITE', { branch: 'z9hG4bK-later' });
    assert.deepEqual(bench.told, ['request INVITE', 'request INVITE']);
  });

  it('is not one with a To tag, another CSeq or another method', () => {
    const bench = new Bench();
    const to = '<sip:101@192.0.2.1>;tag=ours';
    bench.arrive('OPTIONS', { branch: 'z9hG4bK-1' });
    bench.arrive('OPTIONS', { branch: 'z9hG4bK-2', to });
    bench.arrive('OPTIONS', { branch: 'z9hG4bK-3', cseq: 2 });
    bench.arrive('MESSAGE', { branch: 'z9hG4bK-4' });
    assert.equal(bench.told.length, 4);
  });

  it('is not one that repeats a challenged request with the same CSeq', () => {
    const bench = new Bench();
    bench.arrive('INVITE', { branch: 'z9hG4bK-1' });
    bench.respond(401);
    bench.arrive('INVITE', { branch: 'z9hG4bK-2' });
    bench.arrive('INVITE', { branch: 'z9hG4bK-3' });
    assert.deepEqual(bench.told, ['request INVITE', 'request INVITE']);
    assert.equal(bench.times('SIP/2.0 482').length, 1);
  });
});

describe('responses', () => {
  it('go to received and rport, from where the request came in (RFC 3581 §4)', () => {
    const bench = new Bench();
    const nat = bench.flow('198.51.100.9', 40_001);
    const lines = (via: string): Uint8Array =>
      octets(
        'OPTIONS sip:101@192.0.2.1 SIP/2.0',
        `Via: ${via}`,
        'From: <sip:102@192.0.2.1>;tag=f',
        'To: <sip:101@192.0.2.1>',
        'Call-ID: c9',
        'CSeq: 1 OPTIONS',
        'Max-Forwards: 70',
        'Content-Length: 0',
      );
    bench.onRequest = (server) => server.respond(responseTo(server.request, 200, { toTag: 'x' }));
    bench.transport.received(nat, lines('SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK-n'));
    assert.equal(bench.sent[0]?.flow, nat);
    bench.transport.received(nat, lines('SIP/2.0/UDP 10.0.0.2:5066;branch=z9hG4bK-m'));
    assert.deepEqual(bench.sent[1]?.flow.remote, { address: '198.51.100.9', port: 5066 });
    assert.deepEqual(bench.sent[1]?.flow.local, nat.local);
  });
});

describe('a user that throws', () => {
  it('is contained, and its request answered 500', () => {
    const bench = new Bench();
    bench.onRequest = () => {
      throw new Error('our own mistake');
    };
    bench.arrive('INVITE');
    bench.arrive('ACK');
    assert.equal(bench.faults.length, 1);
    assert.equal(bench.times('SIP/2.0 500').length, 1);
    assert.deepEqual(bench.quiet(), {});
  });
});

describe('ten thousand INVITEs that nobody acknowledges', () => {
  it('leave nothing behind, and cost one 401 each (RFC 3261 §26.3.2.4)', () => {
    const bench = new Bench();
    bench.onRequest = (server) => server.respond(responseTo(server.request, 401, { toTag: 'x' }));
    for (let call = 0; call < 10_000; call += 1)
      bench.arrive('INVITE', { branch: `z9hG4bK-${call}`, callId: `c${call}` });
    assert.deepEqual(bench.layer.census(), { 'INVITE server': 10_000 });
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.layer.census(), {});
    // T4, and not 64*T1: nobody spoofed keeps us busy with his memory either.
    assert.equal(bench.now, 5000);
    assert.equal(bench.times('SIP/2.0 401').length, 10_000);
  });
});

describe('a challenged INVITE', () => {
  it('answered at once gets no 100: the caller would not repeat an INVITE whose 401 got lost', () => {
    const bench = new Bench();
    bench.onRequest = (server) => server.respond(responseTo(server.request, 401, { toTag: 'x' }));
    bench.arrive('INVITE');
    bench.arrive('INVITE');
    assert.deepEqual(bench.lines(), ['SIP/2.0 401 Unauthorized', 'SIP/2.0 401 Unauthorized']);
    assert.deepEqual(bench.quiet(), {});
  });

  it('is challenged again only when it comes again', () => {
    for (const status of [401, 407]) {
      const bench = new Bench();
      bench.arrive('INVITE');
      bench.respond(status);
      bench.advance(1500);
      assert.deepEqual(bench.times(`SIP/2.0 ${status}`), [0]);
      bench.arrive('INVITE');
      assert.deepEqual(bench.times(`SIP/2.0 ${status}`), [0, 1500]);
      bench.arrive('ACK');
      assert.equal(bench.server.state, 'confirmed');
      bench.arrive('INVITE');
      assert.deepEqual(bench.quiet(), {});
      assert.equal(bench.times(`SIP/2.0 ${status}`).length, 2);
      assert.deepEqual(bench.told, ['request INVITE']);
    }
  });

  it('tells nobody when no ACK comes: its user has forgotten it', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.respond(401);
    bench.transport.failed(bench.peer, 'reset');
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.told, ['request INVITE']);
  });
});

describe('a request that comes back to who sent it (RFC 3261 §8.2.2.2, §16.3)', () => {
  /** What we sent, as a proxy sends it back to us. */
  function returned(bench: Bench, uri: string): void {
    const sent = bench.send('INVITE').request;
    const [ours = ''] = sent.headers.list('Via');
    bench.transport.received(
      bench.peer,
      octets(
        `INVITE ${uri} SIP/2.0`,
        'Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK-proxy',
        `Via: ${ours}`,
        ...['From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${sent.headers.get(name)}`),
        'Content-Length: 0',
      ),
    );
  }

  it('gets 482 and is told nobody', () => {
    const bench = new Bench();
    returned(bench, 'sip:bob@192.0.2.7:5070');
    assert.equal(bench.times('SIP/2.0 482').length, 1);
    assert.deepEqual(bench.told, []);
  });

  it('for another Request-URI is a spiral, and a call like any other', () => {
    const bench = new Bench();
    returned(bench, 'sip:carol@192.0.2.1');
    assert.equal(bench.times('SIP/2.0 482').length, 0);
    assert.deepEqual(bench.told, ['request INVITE']);
  });

  it('is not taken for one of another user agent', () => {
    const bench = new Bench();
    const { uriText, via } = bench.send('INVITE').request;
    const foreign = via.branch.replace(/^z9hG4bK[0-9a-f]{8}/, 'z9hG4bKfeedbeef');
    bench.arrive('INVITE', { via: `SIP/2.0/UDP 192.0.2.7:5070;branch=${foreign}`, uri: uriText });
    assert.deepEqual(bench.told, ['request INVITE']);
  });
});
