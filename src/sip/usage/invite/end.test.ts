import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Request, request, responseTo } from '../../message/index.ts';
import { Net, Party, Puppet, sdp, talking } from '../kit.test.ts';

describe('the end of a session (RFC 3261 §15)', () => {
  it('BYEs that cross are both answered 200', () => {
    const { net, a, b } = talking();
    a.session.bye();
    b.session.bye();
    net.advance(100);
    assert.deepEqual(net.ladder(), ['a BYE', 'b BYE', 'b 200 BYE', 'a 200 BYE']);
    assert.deepEqual([a.told, b.told], [['ended local'], ['ended local']]);
    assert.deepEqual(net.quiet(), {});
  });

  it('is told as a step of its own, after the verb has returned', () => {
    const { net, a } = talking();
    a.session.bye();
    assert.deepEqual(a.told, []);
    net.advance(0);
    assert.deepEqual(a.told, ['ended local']);
    assert.equal(net.kernel.scene.census()['session'], 1);
    assert.deepEqual(net.quiet(), {});
  });

  it('comes by 481 to a request in the dialog, with a BYE (§12.2.1.2)', () => {
    const { net, a, b } = talking();
    net.lose = ({ what }) => what === 'b BYE';
    b.session.bye();
    net.advance(40_000);
    b.told.length = 0;
    a.session.request('INFO', {}, a.note('info'));
    net.advance(100);
    assert.deepEqual(a.told, ['info 481', 'ended none']);
    assert.deepEqual(net.ladder().slice(-4), ['a INFO', 'b 481 INFO', 'a BYE', 'b 481 BYE']);
    assert.deepEqual(net.quiet(), {});
  });

  it('comes by 481 or silence to a re-INVITE', () => {
    for (const vanished of [false, true]) {
      const { net, a, b } = talking();
      net.lose = ({ what, from }) => what === 'b BYE' || (vanished && from === 'b');
      b.session.bye();
      net.advance(40_000);
      a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
      a.session.reinvite(sdp('never'), [], a.note('never'));
      assert.deepEqual(net.quiet(), {});
      assert.deepEqual(a.told, [vanished ? 'reinvite 408' : 'reinvite 481', 'ended none']);
      assert.equal(net.times('a BYE').length > 0, true);
    }
  });

  it('does not come by a NOTIFY that finds no subscription (RFC 5057)', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const p = new Puppet(net, 'p');
    p.answers = (message) => {
      if (message.kind !== 'request' || message.method === 'ACK') return [];
      const contact = [['Contact', '<sip:p@p>']] as const;
      return [responseTo(message, message.method === 'NOTIFY' ? 481 : 200, { toTag: 'p', headers: contact })];
    };
    a.call('p');
    net.advance(100);
    a.session.request('NOTIFY', { headers: [['Event', 'refer']] }, a.note('notify'));
    net.advance(100);
    assert.deepEqual(a.told, ['accepted 200', 'notify 481']);
    assert.equal(a.session.state, 'up');
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('tells no results any more', () => {
    const { net, a, b } = talking();
    b.requested = () => undefined;
    a.session.request('INFO', {}, a.note('info'));
    net.advance(50);
    b.session.bye();
    net.advance(50);
    a.session.request('INFO', {}, a.note('late'));
    net.quiet();
    assert.deepEqual(a.told, ['ended remote BYE']);
  });

  it('does not wait for ever for the end of a re-INVITE whose answers got lost', () => {
    const { net, a, b } = talking();
    net.lose = ({ what }) => what === 'b 200 INVITE' || what === 'b 487 INVITE';
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(100);
    b.reoffer.accept(sdp('fine'));
    a.session.bye();
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(a.told, ['ended local']);
    assert.ok(net.ladder().includes('a CANCEL'));
  });

  it('a BYE before the call is answered ends it too: 487 to the INVITE', () => {
    const net = new Net();
    const b = new Party(net, 'b');
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    p.send('b', fromPuppet('INVITE', 1, ''));
    net.advance(50);
    p.send('b', fromPuppet('BYE', 2, b.session.localTag));
    net.advance(50);
    assert.deepEqual(net.ladder().slice(-2), ['b 200 BYE', 'b 487 INVITE']);
    assert.deepEqual(b.told, ['invited', 'ended remote BYE']);
    assert.deepEqual(net.quiet(), {});
  });

  it('a second INVITE in a dialog whose first is unanswered gets 500 with Retry-After (§14.2)', () => {
    const net = new Net();
    const b = new Party(net, 'b');
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    p.send('b', fromPuppet('INVITE', 1, ''));
    net.advance(50);
    p.send('b', fromPuppet('INVITE', 2, b.session.localTag));
    net.advance(50);
    assert.ok(Number(net.response('b 500 INVITE').headers.get('Retry-After')) <= 10);
    assert.equal(b.session.state, 'calling');
    p.send('b', fromPuppet('BYE', 3, b.session.localTag));
    assert.deepEqual(net.quiet(), {});
  });

  it('a re-INVITE that overtakes the ACK is asked to come again', () => {
    const net = new Net();
    const b = new Party(net, 'b');
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.accept(sdp('answer'));
    p.send('b', fromPuppet('INVITE', 1, ''));
    net.advance(50);
    p.send('b', fromPuppet('INVITE', 2, b.session.localTag));
    net.advance(50);
    assert.equal(net.times('b 491 INVITE').length, 1);
    p.send('b', fromPuppet('ACK', 1, b.session.localTag));
    net.advance(50);
    assert.equal(b.session.state, 'up');
    p.send('b', fromPuppet('INVITE', 3, b.session.localTag));
    net.advance(50);
    b.reoffer.accept(sdp('fine'));
    // An ACK for the first INVITE says nothing about this one.
    p.send('b', fromPuppet('ACK', 1, b.session.localTag));
    net.advance(700);
    assert.equal(net.times('b 200 INVITE').length, 3);
    p.send('b', fromPuppet('ACK', 3, b.session.localTag));
    net.advance(50);
    assert.deepEqual(b.told, ['invited', 'acknowledged', 'reoffered INVITE', 'acknowledged']);
    p.send('b', fromPuppet('BYE', 4, b.session.localTag));
    assert.deepEqual(net.quiet(), {});
  });

  it('an offer that comes while ours in a 200 has no answer is asked to come again', () => {
    const net = new Net();
    const b = new Party(net, 'b');
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.accept(sdp('answer'));
    p.send('b', fromPuppet('INVITE', 1, ''));
    net.advance(50);
    const tag = b.session.localTag;
    p.send('b', fromPuppet('ACK', 1, tag));
    p.send('b', fromPuppet('INVITE', 2, tag));
    net.advance(50);
    b.reoffer.accept(sdp('offer'));
    p.send('b', fromPuppet('INVITE', 3, tag));
    p.send('b', fromPuppet('UPDATE', 4, tag, 'offer'));
    net.advance(50);
    assert.deepEqual([net.times('b 491 INVITE').length, net.times('b 491 UPDATE').length], [1, 1]);
    p.send('b', fromPuppet('ACK', 2, tag));
    p.send('b', fromPuppet('INVITE', 5, tag, 'offer'));
    net.advance(50);
    b.reoffer.accept(sdp('answer'));
    // That exchange is complete though the ACK has not come: RFC 3311 §5.2 has nothing against an UPDATE now.
    p.send('b', fromPuppet('UPDATE', 6, tag, 'second'));
    net.advance(50);
    assert.equal(b.told.at(-1), 'reoffered UPDATE second');
    b.reoffer.accept(sdp('answer'));
    p.send('b', fromPuppet('ACK', 5, tag));
    p.send('b', fromPuppet('BYE', 7, tag));
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.times('b 200 UPDATE').length, 1);
  });

  it('a re-INVITE that is cancelled gets 487 and leaves the session up (§9.2)', () => {
    const net = new Net();
    const b = new Party(net, 'b');
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.accept(sdp('answer'));
    p.send('b', fromPuppet('INVITE', 1, ''));
    net.advance(50);
    const tag = b.session.localTag;
    p.send('b', fromPuppet('ACK', 1, tag));
    p.send('b', fromPuppet('INVITE', 2, tag));
    net.advance(50);
    p.send('b', fromPuppet('CANCEL', 2, tag));
    net.advance(50);
    assert.equal(net.times('b 487 INVITE').length, 1);
    b.reoffer.accept(sdp('too late'));
    net.advance(50);
    assert.equal(b.session.state, 'up');
    p.send('b', fromPuppet('BYE', 3, tag));
    assert.deepEqual(net.quiet(), {});
  });
});

function fromPuppet(method: string, cseq: number, toTag: string, offer = ''): Request {
  return request({
    method,
    uri: 'sip:b@b:5060',
    headers: [
      ['Via', `SIP/2.0/UDP p:5060;branch=z9hG4bK${cseq}${method === 'ACK' || method === 'BYE' ? method : ''}`],
      ['From', '<sip:p@home>;tag=p'],
      ['To', toTag === '' ? '<sip:b@home>' : `<sip:b@home>;tag=${toTag}`],
      ['Call-ID', 'puppet-call'],
      ['CSeq', `${cseq} ${method}`],
      ['Contact', '<sip:p@p>'],
      ['Content-Type', 'application/sdp'],
    ],
    body: sdp(offer),
  });
}
