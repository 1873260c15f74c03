import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { able, Net, Party, sdp, talking } from '../kit.test.ts';

/** Alice hears Bob's phone; he has answered her offer reliably. */
function early(): { net: Net; a: Party; b: Party } {
  const net = new Net();
  const a = new Party(net, 'a', able);
  const b = new Party(net, 'b', able);
  b.onInvited = (session) => session.progress(183, 'Session Progress', { sdp: sdp('answer') });
  a.onReoffered = b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
  a.call('b', 'offer', { headers: [['Require', '100rel']] });
  net.advance(100);
  net.seen.length = 0;
  return { net, a, b };
}

describe('an offer by UPDATE (RFC 3311)', () => {
  it('goes both ways in an early dialog whose first offer was answered reliably', () => {
    const { net, a, b } = early();
    a.session.update(sdp('more'), [], a.note('update'));
    net.advance(100);
    b.session.update(sdp('less'), [], b.note('update'));
    net.advance(100);
    assert.deepEqual(net.ladder(), ['a UPDATE', 'b 200 UPDATE', 'b UPDATE', 'a 200 UPDATE']);
    assert.deepEqual(a.told.slice(1), ['update 200', 'reoffered UPDATE less']);
    assert.deepEqual(b.told.slice(1), ['reoffered UPDATE more', 'update 200']);
    b.session.accept(sdp('answer'));
    net.advance(100);
    // What the 183 answered holds no more: the later offers do.
    assert.equal(a.told.at(-1), 'accepted 200');
    assert.equal(net.response('b 200 INVITE').body.length, 0);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('waits in an early dialog until the first offer is answered', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const b = new Party(net, 'b', able);
    b.onInvited = (session) => session.progress(180, 'Ringing');
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.call('b', 'offer', { headers: [['Require', '100rel']] });
    net.advance(100);
    a.session.update(sdp('more'), [], a.note('update'));
    net.advance(100);
    assert.deepEqual(net.times('a UPDATE'), []);
    b.session.progress(183, 'Session Progress', { sdp: sdp('answer') });
    net.advance(100);
    assert.equal(a.told.at(-1), 'update 200');
    const order = net.ladder().filter((what) => /PRACK|UPDATE/.test(what));
    assert.deepEqual(order.slice(-4), ['a PRACK', 'b 200 PRACK', 'a UPDATE', 'b 200 UPDATE']);
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('waits for the end of the call’s set-up where nothing is reliable, and goes then', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.progress(183, 'Session Progress', { sdp: sdp('answer') });
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.call('b');
    net.advance(100);
    a.session.update(sdp('more'), [], a.note('update'));
    net.advance(1000);
    assert.deepEqual(net.times('a UPDATE'), []);
    b.session.accept(sdp('answer'));
    net.advance(100);
    assert.deepEqual(a.told.slice(-2), ['accepted 200 answer', 'update 200']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('is a re-INVITE to who does not allow UPDATE, or says so', () => {
    const { net, a, b } = talking(new Net(), {}, { allow: ['INVITE', 'ACK', 'CANCEL', 'BYE'] });
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.update(sdp('more'), [], a.note('update'));
    net.advance(100);
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 200 INVITE', 'a ACK']);
    assert.deepEqual(a.told, ['update 200']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('that meets one of the peer gets 491, both wait, and both succeed', () => {
    const { net, a, b } = talking(new Net(), able);
    a.onReoffered = b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.update(sdp('mine'), [], a.note('update'));
    b.session.update(sdp('his'), [], b.note('update'));
    net.advance(10_000);
    assert.equal(net.times('a 491 UPDATE').length, 1);
    assert.equal(net.times('b 491 UPDATE').length, 1);
    assert.deepEqual(a.told.toSorted(), ['reoffered UPDATE his', 'update 200']);
    assert.deepEqual(b.told.toSorted(), ['reoffered UPDATE mine', 'update 200']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('and a re-INVITE go one after the other', () => {
    const { net, a, b } = talking(new Net(), able);
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.reinvite(sdp('first'), [], a.note('first'));
    a.session.update(sdp('second'), [], a.note('second'));
    a.session.reinvite(sdp('third'), [], a.note('third'));
    net.advance(500);
    assert.deepEqual(a.told, ['first 200', 'second 200', 'third 200']);
    assert.deepEqual(b.told, ['reoffered INVITE first', 'reoffered UPDATE second', 'reoffered INVITE third']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('that is refused changes nothing: 488 with a Warning (RFC 6337 §2.3)', () => {
    const { net, a, b } = talking(new Net(), able);
    b.onReoffered = (reoffer) => reoffer.reject(488, 'Not Acceptable Here');
    a.session.update(sdp('video'), [], a.note('update'));
    net.advance(100);
    assert.deepEqual(a.told, ['update 488']);
    assert.match(net.response('b 488 UPDATE').headers.get('Warning') ?? '', /^3\d\d b:5060 ".+"$/);
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.update(sdp('audio'), [], a.note('update'));
    b.session.reinvite(sdp('later'), [], b.note('reinvite'));
    a.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    net.advance(10_000);
    assert.equal(a.told.filter((one) => one === 'update 200').length, 1);
    assert.ok(b.told.includes('reinvite 200'));
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});
