import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { values } from '../transport/kit.test.ts';
import { Bench } from './kit.test.ts';

describe('cancelling an INVITE that was sent (§9.1)', () => {
  it('waits for a provisional response, the INVITE being repeated meanwhile', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    invite.cancel();
    bench.advance(1000);
    assert.deepEqual(bench.times('CANCEL'), []);
    assert.deepEqual(bench.times('INVITE'), [0, 500]);
    bench.reply(invite.request, 180);
    assert.deepEqual(bench.times('CANCEL'), [1000]);
    bench.reply(invite.request, 487);
    assert.deepEqual(bench.times('ACK'), [1000]);
    assert.deepEqual(bench.told, ['response 180', 'response 487']);
    assert.deepEqual(bench.quiet(), {});
  });

  it('gives up when no response ever comes, without CANCEL', () => {
    const bench = new Bench();
    bench.send('INVITE').cancel();
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.told, ['failed timeout']);
    assert.deepEqual(bench.times('CANCEL'), []);
  });

  it('keeps the rhythm of timer A, and waits 64*T1 from the CANCEL', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    invite.cancel();
    bench.advance(8000);
    assert.deepEqual(bench.times('INVITE'), [0, 500, 1500, 3500, 7500]);
    bench.reply(invite.request, 180);
    // The wait for the end of the INVITE; timers E and F of the CANCEL.
    assert.deepEqual(bench.kernel.scene.census(), { transaction: 2, timer: 3 });
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.times('INVITE'), [0, 500, 1500, 3500, 7500]);
    assert.deepEqual(bench.told, ['response 180', 'failed timeout']);
    assert.equal(bench.now, 40_000);
  });

  it('sends CANCEL at once when a provisional response was there, once', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 180);
    invite.cancel();
    invite.cancel();
    assert.deepEqual(bench.times('CANCEL'), [0]);
  });

  it('repeats the CANCEL in a transaction of its own, whose answer is not told', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 180);
    invite.cancel();
    bench.advance(1600);
    assert.deepEqual(bench.times('CANCEL'), [0, 500, 1500]);
    const [via = ''] = values(bench.sent.at(-1)?.text ?? '', 'Via');
    bench.transport.received(
      bench.peer,
      new TextEncoder().encode(
        `SIP/2.0 200 OK\r\nVia: ${via}\r\nFrom: <sip:a@b>;tag=alice\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: call-1\r\nCSeq: 7 CANCEL\r\nContent-Length: 0\r\n\r\n`,
      ),
    );
    bench.advance(10_000);
    assert.deepEqual(bench.times('CANCEL'), [0, 500, 1500]);
    assert.deepEqual(bench.told, ['response 180']);
  });

  it('builds the CANCEL from the INVITE and appends the headers it is given', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE', [
      ['Route', '<sip:p1.example.org;lr>'],
      ['Require', 'replaces'],
      ['Proxy-Require', 'foo'],
    ]);
    invite.cancel([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
    bench.reply(invite.request, 100);
    const { text = '', line, flow } = bench.sent.at(-1) ?? {};
    assert.equal(line, 'CANCEL sip:bob@192.0.2.7:5070 SIP/2.0');
    assert.equal(flow, bench.peer);
    assert.deepEqual(values(text, 'Via'), [invite.request.headers.get('Via')]);
    assert.deepEqual(values(text, 'To'), ['<sip:bob@192.0.2.7>']);
    assert.deepEqual(values(text, 'From'), ['"Alice" <sip:alice@192.0.2.1>;tag=alice']);
    assert.deepEqual(values(text, 'Call-ID'), ['call-1']);
    assert.deepEqual(values(text, 'CSeq'), ['7 CANCEL']);
    assert.deepEqual(values(text, 'Route'), ['<sip:p1.example.org;lr>']);
    assert.deepEqual([...values(text, 'Require'), ...values(text, 'Proxy-Require')], []);
    assert.deepEqual(values(text, 'Reason'), ['SIP;cause=200;text="Call completed elsewhere"']);
  });

  it('tells the 200 that crossed the CANCEL, and does nothing after a final response', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 180);
    invite.cancel();
    bench.reply(invite.request, 200);
    assert.equal(invite.state, 'accepted');
    invite.cancel();
    assert.deepEqual(bench.times('CANCEL'), [0]);
    assert.deepEqual(bench.told, ['response 180', 'response 200']);
    assert.deepEqual(bench.quiet(), {});

    const early = new Bench();
    const answered = early.send('INVITE');
    answered.cancel();
    early.reply(answered.request, 200);
    assert.deepEqual(early.times('CANCEL'), []);
    assert.deepEqual(early.told, ['response 200']);
  });

  it('fails 64*T1 after the CANCEL when no final response comes (an RFC 2543 server sends none)', () => {
    const bench = new Bench();
    const invite = bench.send('INVITE');
    bench.reply(invite.request, 180);
    bench.advance(60_000);
    invite.cancel();
    bench.reply(invite.request, 183);
    assert.deepEqual(bench.quiet(), {});
    assert.deepEqual(bench.told, ['response 180', 'response 183', 'failed timeout']);
    assert.equal(bench.now, 92_000);
    bench.reply(invite.request, 200);
    assert.equal(bench.told.at(-1), 'stray 200');
  });
});

describe('CANCEL that arrives (§9.2)', () => {
  it('is answered 200 and told while the INVITE has no final response', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.respond(180, 'ring');
    bench.arrive('CANCEL');
    assert.equal(bench.lines().at(-1), 'SIP/2.0 200 OK');
    assert.deepEqual(values(bench.sent.at(-1)?.text ?? '', 'CSeq'), ['1 CANCEL']);
    assert.deepEqual(values(bench.sent.at(-1)?.text ?? '', 'To'), ['<sip:101@192.0.2.1>;tag=ring']);
    assert.deepEqual(bench.told, ['request INVITE', 'cancelled proceeding by CANCEL']);
    bench.respond(487, 'ring');
    bench.arrive('ACK');
    assert.deepEqual(bench.quiet(), {});
    assert.equal(bench.told.length, 2);
  });

  it('is told once when repeated, and answered each time', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.arrive('CANCEL');
    bench.arrive('CANCEL');
    assert.deepEqual(bench.told, ['request INVITE', 'cancelled proceeding by CANCEL']);
    const answers = bench.sent.filter(({ line }) => line === 'SIP/2.0 200 OK');
    assert.equal(answers.length, 2);
    assert.equal(answers[0]?.text, answers[1]?.text);
    assert.match(values(answers[0]?.text ?? '', 'To')[0] ?? '', /;tag=.+/);
  });

  it('is answered 200 and not told after a final response', () => {
    for (const status of [200, 486]) {
      const bench = new Bench();
      bench.arrive('INVITE');
      bench.respond(status);
      bench.arrive('CANCEL');
      assert.deepEqual(values(bench.sent.at(-1)?.text ?? '', 'CSeq'), ['1 CANCEL']);
      assert.equal(bench.lines().at(-1), 'SIP/2.0 200 OK');
      assert.deepEqual(bench.told, ['request INVITE']);
    }
  });

  it('is answered 481 when it matches nothing', () => {
    const bench = new Bench();
    bench.arrive('INVITE');
    bench.arrive('CANCEL', { branch: 'z9hG4bK-unknown' });
    assert.match(bench.lines().at(-1) ?? '', /^SIP\/2\.0 481 /);
    bench.arrive('OPTIONS', { branch: 'z9hG4bK-o' });
    bench.arrive('CANCEL', { branch: 'z9hG4bK-o' });
    assert.deepEqual(bench.told, ['request INVITE', 'request OPTIONS']);
  });

  it('finds the INVITE of an RFC 2543 client', () => {
    const bench = new Bench();
    const via = 'SIP/2.0/UDP 192.0.2.7:5070';
    bench.arrive('INVITE', { via });
    bench.arrive('CANCEL', { via });
    assert.deepEqual(bench.told, ['request INVITE', 'cancelled proceeding by CANCEL']);
  });
});
