import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latin1 } from '../../../kernel/index.ts';
import { request, responseTo } from '../../message/index.ts';
import { able, Net, Party, Puppet, sdp, talking } from '../kit.test.ts';
import type { AgentOptions } from '../types.ts';

const minutes = 60_000;
const hour = { ...able, timer: { expires: 1800 } };
const noUpdate = { ...able, allow: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'PRACK'] };

function agreed(net: Net, what: string): string | undefined {
  return net.response(what).headers.get('Session-Expires');
}

/** A call in which both take what they are offered. */
function timed(a: Partial<AgentOptions>, b: Partial<AgentOptions>): { net: Net; a: Party; b: Party } {
  const parties = talking(new Net(), a, b);
  parties.a.onReoffered = parties.b.onReoffered = (reoffer) => reoffer.accept(sdp('answer'));
  return parties;
}

describe('a session timer (RFC 4028)', () => {
  it('is agreed in the 200; the caller refreshes by UPDATE after half of it', () => {
    const net = new Net();
    const a = new Party(net, 'a', hour);
    const b = new Party(net, 'b', able);
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b');
    net.advance(100);
    assert.equal(net.request('a INVITE').headers.get('Session-Expires'), '1800');
    assert.equal(agreed(net, 'b 200 INVITE'), '1800;refresher=uac');
    assert.equal(net.response('b 200 INVITE').headers.get('Require'), 'timer');
    net.seen.length = 0;
    net.advance(15 * minutes);
    assert.deepEqual(net.ladder(), ['a UPDATE', 'b 200 UPDATE']);
    assert.equal(net.request('a UPDATE').body.length, 0);
    assert.equal(net.request('a UPDATE').headers.get('Session-Expires'), '1800;refresher=uac');
    net.advance(60 * minutes);
    assert.equal(net.times('a UPDATE').length, 5);
    assert.deepEqual([a.session.state, b.session.state], ['up', 'up']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.faults, []);
  });

  it('is refreshed by a re-INVITE that repeats the description octet by octet where UPDATE is not taken', () => {
    const { net, a, b } = timed(hour, noUpdate);
    net.advance(31 * minutes);
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 200 INVITE', 'a ACK', 'a INVITE', 'b 200 INVITE', 'a ACK']);
    for (const { message } of net.seen.filter(({ what }) => what === 'a INVITE'))
      assert.equal(latin1(message.body), 'offer');
    assert.deepEqual(a.told, ['refreshed answer', 'refreshed answer']);
    assert.deepEqual(b.told, ['reoffered INVITE offer', 'reoffered INVITE offer']);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('is refreshed by the callee where the caller cannot', () => {
    const net = new Net();
    const b = new Party(net, 'b', able);
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.accept(sdp('answer'));
    p.answers = (message) =>
      message.kind === 'request' && message.method === 'UPDATE'
        ? [responseTo(message, 200, { headers: [['Session-Expires', '1800;refresher=uac']] })]
        : [];
    p.send('b', fromPuppet('INVITE', 1, '', [['Session-Expires', '1800']]));
    net.advance(50);
    assert.equal(agreed(net, 'b 200 INVITE'), '1800;refresher=uas');
    assert.equal(net.response('b 200 INVITE').headers.has('Require'), false);
    p.send('b', fromPuppet('ACK', 1, b.session.localTag));
    net.advance(16 * minutes);
    assert.equal(net.request('b UPDATE').headers.get('Session-Expires'), '1800;refresher=uac');
    net.advance(30 * minutes);
    assert.equal(net.times('b UPDATE').length, 3);
    p.send('b', fromPuppet('BYE', 2, b.session.localTag));
    assert.deepEqual(net.quiet(), {});
  });

  it('follows the caller’s choice of refresher (Table 2)', () => {
    for (const refresher of ['uac', 'uas'] as const) {
      const net = new Net();
      const b = new Party(net, 'b', able);
      const p = new Puppet(net, 'p');
      b.onInvited = (session) => session.accept(sdp('answer'));
      p.send(
        'b',
        fromPuppet('INVITE', 1, '', [
          ['Supported', 'timer'],
          ['x', `600;refresher=${refresher}`],
        ]),
      );
      net.advance(50);
      assert.equal(agreed(net, 'b 200 INVITE'), `600;refresher=${refresher}`);
      b.session.hangup();
      assert.deepEqual(net.quiet(), {});
    }
  });

  it('is not asked for, nor granted, by who was not told to', () => {
    const net = new Net();
    const { a } = talking(net, able);
    net.advance(120 * minutes);
    assert.deepEqual(net.ladder(), []);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('may be asked for by a callee', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const b = new Party(net, 'b', hour);
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b');
    net.advance(100);
    assert.equal(agreed(net, 'b 200 INVITE'), '1800;refresher=uac');
    net.advance(16 * minutes);
    assert.equal(net.times('a UPDATE').length, 1);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('is stretched or shortened by every re-INVITE', () => {
    const { net, a, b } = timed(hour, able);
    net.advance(10 * minutes);
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(10 * minutes);
    assert.equal(net.request('a INVITE').headers.get('Session-Expires'), '1800;refresher=uac');
    assert.deepEqual(net.times('a UPDATE'), []);
    net.advance(6 * minutes);
    assert.equal(net.times('a UPDATE').length, 1);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('a peer that knows no session timer', () => {
  const plain = { ...able, supported: ['100rel'] };

  it('is refreshed by the caller all the same (§7.2)', () => {
    const { net, a, b } = timed(hour, plain);
    net.advance(31 * minutes);
    assert.deepEqual(net.times('a UPDATE').length, 2);
    assert.deepEqual([a.session.state, b.session.state], ['up', 'up']);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('is refreshed by the callee, and not told of it: its request had no Supported (§9)', () => {
    const { net, a, b } = timed(plain, hour);
    assert.equal(
      net.seen.some(({ what, message }) => what === 'b 200 INVITE' && message.headers.has('Session-Expires')),
      false,
    );
    net.advance(31 * minutes);
    assert.deepEqual(net.times('b UPDATE').length, 2);
    assert.deepEqual([a.session.state, b.session.state], ['up', 'up']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('is not hung up on because it refuses to be refreshed: it answers, so it is there', () => {
    const net = new Net();
    const b = new Party(net, 'b', hour);
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.accept(sdp('answer'));
    p.answers = (message) =>
      message.kind === 'request' && ['UPDATE', 'INVITE'].includes(message.method) ? [responseTo(message, 488)] : [];
    p.send('b', fromPuppet('INVITE', 1, ''));
    net.advance(50);
    assert.equal(agreed(net, 'b 200 INVITE'), undefined);
    p.send('b', fromPuppet('ACK', 1, b.session.localTag));
    net.advance(120 * minutes);
    assert.equal(b.session.state, 'up');
    assert.ok(net.times('b UPDATE').length >= 7);
    p.send('b', fromPuppet('BYE', 2, b.session.localTag));
    assert.deepEqual(net.quiet(), {});
  });

  it('is found out when it has gone', () => {
    const { net, a, b } = timed(hour, plain);
    net.lose = ({ from }) => from === 'b';
    net.advance(17 * minutes);
    assert.equal(a.told.at(-1), 'ended none');
    net.lose = () => false;
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('an interval that is too small', () => {
  it('gets 422 with Min-SE, and the caller comes again with what is large enough (§7.3)', () => {
    const net = new Net();
    const a = new Party(net, 'a', { ...able, timer: { expires: 120 } });
    const b = new Party(net, 'b', { ...able, timer: { minimum: 600 } });
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b');
    net.advance(200);
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 422 INVITE', 'a ACK', 'a INVITE', 'b 200 INVITE', 'a ACK']);
    assert.equal(net.response('b 422 INVITE').headers.get('Min-SE'), '600');
    const [first, second] = net.seen.filter(({ what }) => what === 'a INVITE').map(({ message }) => message);
    assert.deepEqual(
      [second?.headers.get('Session-Expires'), second?.headers.get('Min-SE'), second?.cseq.number],
      ['600', '600', 2],
    );
    assert.equal(second?.callId, first?.callId);
    assert.equal(second?.fromTag, first?.fromTag);
    assert.deepEqual(a.told, ['accepted 200 answer']);
    assert.deepEqual(b.told, ['invited offer', 'acknowledged']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.faults, []);
  });

  it('that nothing helps against is a refusal like any other', () => {
    const net = new Net();
    const a = new Party(net, 'a', { ...able, timer: { expires: 120 } });
    const p = new Puppet(net, 'p');
    p.answers = (message) =>
      message.kind === 'request' && message.method === 'INVITE' ? [responseTo(message, 422, { toTag: 't' })] : [];
    a.call('p');
    net.advance(200);
    assert.deepEqual(a.told, ['rejected 422 Session Interval Too Small']);
    assert.deepEqual(net.quiet(), {});
  });

  it('from who does not know 422 is taken (§9)', () => {
    const net = new Net();
    const b = new Party(net, 'b', { ...able, timer: { minimum: 600 } });
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.accept(sdp('answer'));
    p.send('b', fromPuppet('INVITE', 1, '', [['Session-Expires', '120']]));
    net.advance(50);
    assert.equal(agreed(net, 'b 200 INVITE'), '120;refresher=uas');
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('a session that nobody refreshes', () => {
  it('ends with BYE a third of its time, at most 32 s, before it would (§10)', () => {
    const { net, a, b } = timed(hour, able);
    net.lose = ({ from }) => from === 'a';
    net.advance(30 * minutes);
    assert.equal(b.told.at(-1), 'ended none');
    const [bye = 0] = net.times('b BYE');
    assert.ok(Math.abs(bye - (30 * minutes - 32_000)) < 100, `BYE at ${bye}`);
    assert.match(net.request('b BYE').headers.get('Reason') ?? '', /^SIP;cause=408/);
    net.lose = () => false;
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('ends for the refresher when the peer no longer knows it', () => {
    const { net, a, b } = timed(hour, able);
    net.lose = ({ what }) => what === 'b BYE';
    b.session.bye();
    net.advance(16 * minutes);
    assert.equal(a.told.at(-1), 'ended none');
    assert.deepEqual(net.ladder().slice(-4), ['a UPDATE', 'b 481 UPDATE', 'a BYE', 'b 481 BYE']);
    assert.deepEqual(net.quiet(), {});
  });

  it('is refreshed by a re-INVITE when UPDATE turns out not to be known', () => {
    const { net, a, b } = timed(hour, able);
    b.stack.transactions.received = refusingUpdate(b);
    net.advance(25 * minutes);
    assert.deepEqual(net.times('a UPDATE').length, 1);
    assert.ok(net.times('a INVITE').length >= 1);
    assert.equal(a.session.state, 'up');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

/** Bob says 501 to UPDATE though his Allow named it. */
function refusingUpdate(b: Party): Party['stack']['transactions']['received'] {
  const { transactions } = b.stack;
  const received = transactions.received.bind(transactions);
  return (message, flow) => {
    if (message.kind === 'request' && message.method === 'UPDATE')
      b.stack.transport.send(responseTo(message, 501), flow);
    else received(message, flow);
  };
}

describe('a peer that no timer watches', () => {
  it('is asked by OPTIONS every five minutes, and its 481 ends the session', () => {
    const { net, a, b } = talking();
    a.session.keepChecked();
    net.advance(11 * minutes);
    assert.deepEqual(net.ladder(), ['a OPTIONS', 'b 200 OPTIONS', 'a OPTIONS', 'b 200 OPTIONS']);
    net.lose = ({ what }) => what === 'b BYE';
    b.session.bye();
    net.advance(5 * minutes);
    assert.deepEqual(a.told, ['ended none']);
    assert.deepEqual(net.quiet(), {});
  });

  it('that says nothing at all ends it too', () => {
    const { net, a } = talking();
    a.session.keepChecked();
    net.lose = ({ from }) => from === 'b';
    net.advance(6 * minutes);
    assert.deepEqual(a.told, ['ended none']);
    assert.match(net.request('a BYE').headers.get('Reason') ?? '', /^SIP;cause=408/);
    net.lose = () => false;
    net.quiet();
  });

  it('is left alone while a session timer does it, and after the end', () => {
    const { net, a } = timed(hour, able);
    a.session.keepChecked();
    net.advance(40 * minutes);
    assert.deepEqual(net.times('a OPTIONS'), []);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
    const { net: other, a: caller } = talking();
    caller.session.keepChecked();
    caller.session.bye();
    assert.deepEqual(other.quiet(), {});
    assert.deepEqual(other.times('a OPTIONS'), []);
    assert.ok(other.now < 5 * minutes);
  });
});

function fromPuppet(method: string, cseq: number, toTag: string, more: [string, string][] = []) {
  return request({
    method,
    uri: 'sip:b@b:5060',
    headers: [
      ['Via', `SIP/2.0/UDP p:5060;branch=z9hG4bK${cseq}${method}`],
      ['From', '<sip:p@home>;tag=p'],
      ['To', toTag === '' ? '<sip:b@home>' : `<sip:b@home>;tag=${toTag}`],
      ['Call-ID', 'puppet-call'],
      ['CSeq', `${cseq} ${method}`],
      ['Contact', '<sip:p@p>'],
      ['Allow', 'INVITE, ACK, BYE, UPDATE'],
      ['Content-Type', 'application/sdp'],
      ...more,
    ],
    body: sdp(method === 'INVITE' ? 'offer' : ''),
  });
}
