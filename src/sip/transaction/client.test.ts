import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latin1 } from '../../kernel/index.ts';
import { print } from '../message/index.ts';
import { values } from '../transport/kit.test.ts';
import { Bench } from './kit.test.ts';

describe('an INVITE client transaction', () => {
  it('puts our Via on top, with a branch of its own', () => {
    const bench = new Bench();
    const a = bench.send('INVITE');
    const b = bench.send('OPTIONS');
    assert.match(a.request.headers.get('Via') ?? '', /^SIP\/2\.0\/UDP 192\.0\.2\.1:5060;/);
    assert.match(a.request.via.branch, /^z9hG4bK[0-9a-f]{24}\.[0-9a-z]+$/);
    assert.ok(a.request.via.params.has('rport'));
    assert.notEqual(a.request.via.branch, b.request.via.branch);
    assert.equal(bench.sent[0]?.text, latin1(print(a.request)));
  });

  it('repeats the request after T1, doubled each time, seven in all, and gives up at 64*T1 (§17.1.1.2)', () => {
    const bench = new Bench();
    bench.send('INVITE');
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.times('INVITE'), [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    assert.equal(new Set(bench.sent.map(({ text }) => text)).size, 1);
    assert.deepEqual(bench.told, ['failed timeout']);
    assert.equal(bench.now, 32_000);
  });

  it('takes its own T1', () => {
    const bench = new Bench({ timers: { t1: 100 } });
    bench.send('INVITE');
    bench.quiet();
    assert.deepEqual(bench.times('INVITE').slice(0, 4), [0, 100, 300, 700]);
    assert.equal(bench.now, 6400);
  });

  it('sends once over a reliable transport', () => {
    const bench = new Bench({ protocol: 'tcp' });
    bench.send('INVITE');
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.times('INVITE'), [0]);
    assert.deepEqual(bench.told, ['failed timeout']);
  });

  it('stops repeating at a provisional response, and has no timer then', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.advance(600);
    bench.reply(invite.request, 100);
    bench.reply(invite.request, 180);
    assert.equal(bench.kernel.nextDue(), undefined);
    assert.equal(invite.state, 'proceeding');
    assert.deepEqual(bench.times('INVITE'), [0, 500]);
    assert.deepEqual(bench.told, ['response 100', 'response 180']);
  });

  it('tells every 2xx, repeated and forked, for 64*T1, sends no ACK, then lets them go as strays (RFC 6026 §7.2)', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 200);
    bench.advance(500);
    bench.reply(invite.request, 200);
    bench.reply(invite.request, 200, 'fork');
    bench.reply(invite.request, 180);
    bench.reply(invite.request, 486);
    bench.advance(31_499);
    bench.reply(invite.request, 200);
    assert.equal(invite.state, 'accepted');
    bench.advance(1);
    bench.reply(invite.request, 200);
    assert.deepEqual(bench.told, ['response 200', 'response 200', 'response 200', 'response 200', 'stray 200']);
    assert.deepEqual(bench.lines(), ['INVITE sip:bob@192.0.2.7:5070 SIP/2.0']);
    assert.deepEqual(bench.quiet(), {});
  });

  it('acknowledges a refusal, and each repetition of it, and tells it once (§17.1.1.2)', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 486);
    bench.advance(500);
    bench.reply(invite.request, 486);
    bench.reply(invite.request, 180);
    assert.deepEqual(bench.times('ACK'), [0, 500]);
    assert.deepEqual(bench.told, ['response 486']);
    bench.advance(31_499);
    assert.equal(invite.state, 'completed');
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.now, 32_000);
  });

  it('ends at once after a refusal over a reliable transport, its ACK sent', () => {
    const bench = new Bench({ protocol: 'tls' });
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 603);
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.now, 0);
    assert.equal(bench.times('ACK').length, 1);
  });

  it('builds that ACK from the INVITE, the To from the response (§17.1.1.3)', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE', [
      ['Route', '<sip:p1.example.org;lr>, <sip:p2.example.org;lr>'],
      ['Route', '<sip:p3.example.org;lr>'],
      ['Require', '100rel'],
      ['Subject', 'not for the ACK'],
    ]);
    bench.reply(invite.request, 486, 'busy');
    const { text = '', line, flow } = bench.sent[1] ?? {};
    assert.equal(line, 'ACK sip:bob@192.0.2.7:5070 SIP/2.0');
    assert.equal(flow, bench.peer);
    assert.deepEqual(values(text, 'Via'), [invite.request.headers.get('Via')]);
    assert.deepEqual(values(text, 'To'), ['<sip:bob@192.0.2.7>;tag=busy']);
    assert.deepEqual(values(text, 'From'), ['"Alice" <sip:alice@192.0.2.1>;tag=alice']);
    assert.deepEqual(values(text, 'Call-ID'), ['call-1']);
    assert.deepEqual(values(text, 'CSeq'), ['7 ACK']);
    assert.deepEqual(values(text, 'Route'), [
      '<sip:p1.example.org;lr>, <sip:p2.example.org;lr>',
      '<sip:p3.example.org;lr>',
    ]);
    assert.deepEqual(values(text, 'Max-Forwards'), ['69']);
    assert.deepEqual([...values(text, 'Require'), ...values(text, 'Subject')], []);
  });
});

describe('a client transaction that waits', () => {
  const waits = ['', '1xx', 'cancel', '1xx cancel', 'cancel 1xx'];
  const outcomes: readonly [what: string, told: string, acks: number][] = [
    ['200', 'response 200', 0],
    ['486', 'response 486', 1],
    ['flow', 'failed transport', 0],
  ];
  for (const method of ['INVITE', 'OPTIONS']) {
    for (const [what, told, acks] of outcomes) {
      it(`for ${method} tells ${told}, whatever went before`, () => {
        for (const before of waits) {
          const bench = new Bench();
          const client = bench.send(method);
          for (const step of before.split(' ')) {
            if (step === 'cancel') client.cancel();
            if (step === '1xx') for (const status of [180, 183]) bench.reply(client.request, status);
          }
          if (what === 'flow') bench.transport.failed(bench.peer, 'reset');
          else bench.reply(client.request, Number(what));
          const ringing = before.includes('1xx') ? ['response 180', 'response 183'] : [];
          assert.deepEqual(bench.told, [...ringing, told], before);
          assert.equal(bench.times('ACK').length, method === 'INVITE' ? acks : 0, before);
          if (what === 'flow') assert.equal(client.state, 'terminated');
        }
      });
    }
  }

  it('is gone with its flow once it is refused (figure 5)', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 486);
    bench.transport.failed(bench.peer, 'reset');
    assert.equal(invite.state, 'terminated');
    assert.deepEqual(bench.told, ['response 486']);
  });
});

describe('a client transaction with its final response', () => {
  const cases: readonly [method: string, status: number, name: string][] = [
    ['INVITE', 200, 'M'],
    ['INVITE', 486, 'D'],
    ['OPTIONS', 200, 'K'],
    ['OPTIONS', 404, 'K'],
  ];
  for (const [method, status, name] of cases) {
    it(`has no timer but ${name} after ${status} to ${method}, whatever it waited for before`, () => {
      for (const before of ['nothing', 'cancel', '1xx', '1xx cancel', 'cancel 1xx']) {
        const bench = new Bench();
        const client = bench.send(method);
        for (const step of before.split(' ')) {
          if (step === 'cancel') client.cancel();
          if (step === '1xx') bench.reply(client.request, 180);
        }
        // A CANCEL is a transaction of its own, with timers E and F.
        const cancels = bench.times('CANCEL').length;
        bench.reply(client.request, status);
        assert.deepEqual(
          bench.kernel.scene.census(),
          { transaction: 1 + cancels, timer: 1 + 2 * cancels },
          `after ${before}`,
        );
      }
    });
  }
});

describe('a non-INVITE client transaction', () => {
  it('repeats the request after T1, doubled up to T2, and gives up at 64*T1 (§17.1.2.2)', () => {
    const bench = new Bench();
    bench.send('OPTIONS');
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(
      bench.times('OPTIONS'),
      [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
    );
    assert.deepEqual(bench.told, ['failed timeout']);
    assert.equal(bench.now, 32_000);
  });

  it('goes on every T2 after a provisional response', () => {
    const bench = new Bench();
    const { request } = bench.send('OPTIONS');
    bench.advance(600);
    bench.reply(request, 100);
    bench.advance(9000);
    assert.deepEqual(bench.times('OPTIONS'), [0, 500, 1500, 5500, 9500]);
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.told, ['response 100', 'failed timeout']);
    assert.equal(bench.now, 32_000);
  });

  it('tells one final response, absorbs repetitions for T4 and ends', () => {
    const bench = new Bench();
    const { request } = bench.send('REGISTER');
    bench.advance(100);
    bench.reply(request, 200);
    bench.reply(request, 200);
    bench.advance(4999);
    bench.reply(request, 401);
    bench.advance(1);
    bench.reply(request, 200);
    assert.deepEqual(bench.told, ['response 200', 'stray 200']);
    assert.deepEqual(bench.times('REGISTER'), [0]);
    assert.deepEqual(bench.quiet(), {});
  });

  it('is not cancelled (§9.1)', () => {
    const bench = new Bench();
    const options = bench.send('OPTIONS');
    bench.reply(options.request, 100);
    options.cancel();
    bench.reply(options.request, 200);
    assert.deepEqual(bench.times('CANCEL'), []);
    assert.deepEqual(bench.quiet(), {});
  });
});

describe('responses to client transactions (§17.1.3)', () => {
  it('match by branch and by the method of CSeq', () => {
    const bench = new Bench();
    const a = bench.send('OPTIONS');
    const b = bench.send('OPTIONS');
    bench.reply(b.request, 200);
    assert.deepEqual([a.state, b.state], ['trying', 'completed']);
    const text = latin1(print(a.request)).replace('CSeq: 7 OPTIONS', 'CSeq: 7 INFO');
    const lines = ['SIP/2.0 200 OK', ...text.split('\r\n').slice(1, -2)];
    bench.transport.received(bench.peer, new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`));
    assert.equal(a.state, 'trying');
    assert.deepEqual(bench.told, ['response 200', 'stray 200']);
  });

  it('are dropped when their Via is not ours', () => {
    const bench = new Bench();
    const { request } = bench.send('OPTIONS');
    const via = `SIP/2.0/UDP 192.0.2.99:5060;branch=${request.via.branch}`;
    bench.transport.received(
      bench.peer,
      new TextEncoder().encode(
        `SIP/2.0 200 OK\r\nVia: ${via}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: call-1\r\nCSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    assert.deepEqual(bench.told, []);
    assert.equal(bench.transport.census().foreignResponses, 1);
  });
});

describe('a flow that fails', () => {
  it('fails each client transaction on it that waits, and only these', () => {
    const bench = new Bench();
    const waiting = bench.send('INVITE');
    const ringing = bench.send('INVITE');
    bench.reply(ringing.request, 180);
    const accepted = bench.send('INVITE');
    bench.reply(accepted.request, 200);
    const refused = bench.send('INVITE');
    bench.reply(refused.request, 486);
    const options = bench.send('OPTIONS');
    bench.told.length = 0;
    bench.transport.failed(bench.flow('192.0.2.200', 5060), 'someone else');
    assert.deepEqual(bench.told, []);
    bench.transport.failed(bench.peer, 'unreachable');
    assert.deepEqual(bench.told, ['failed transport', 'failed transport', 'failed transport']);
    assert.deepEqual([waiting.state, ringing.state, options.state], ['terminated', 'terminated', 'terminated']);
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.told.length, 3);
  });
});

describe('sendAck', () => {
  it('sends an ACK outside transactions with a branch of its own', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 200);
    bench.layer.sendAck(bench.ackFor2xx(), bench.peer);
    const [via = ''] = values(bench.sent.at(-1)?.text ?? '', 'Via');
    assert.match(via, /branch=z9hG4bK[0-9a-f]{24}/);
    assert.ok(!via.includes(invite.request.via.branch));
    assert.deepEqual(bench.quiet(), {});
  });
});
