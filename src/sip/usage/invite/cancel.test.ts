import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Net, Party, sdp } from '../kit.test.ts';

function ringing(): { net: Net; a: Party; b: Party } {
  const net = new Net();
  const a = new Party(net, 'a');
  const b = new Party(net, 'b');
  b.onInvited = (session) => session.progress(180, 'Ringing');
  a.call('b');
  net.advance(100);
  a.told.length = 0;
  b.told.length = 0;
  return { net, a, b };
}

describe('giving up a call (RFC 3261 §9)', () => {
  it('stops the ringing: 487, and both sides are told who did it', () => {
    const { net, a, b } = ringing();
    a.session.cancel([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
    assert.equal(a.session.state, 'calling');
    net.advance(100);
    assert.deepEqual(net.ladder().slice(2), ['a CANCEL', 'b 200 CANCEL', 'b 487 INVITE', 'a ACK']);
    assert.match(net.request('a CANCEL').headers.get('Reason') ?? '', /cause=200/);
    assert.equal(net.response('b 487 INVITE').toTag, b.session.localTag);
    assert.deepEqual([a.told, b.told], [['ended local'], ['ended remote CANCEL']]);
    assert.deepEqual(net.quiet(), {});
  });

  it('before any response waits for one', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    a.call('b');
    a.session.hangup({ status: 603 });
    assert.deepEqual(net.ladder(), ['a INVITE']);
    net.advance(100);
    assert.deepEqual(net.ladder(), ['a INVITE', 'a CANCEL', 'b 200 CANCEL', 'b 487 INVITE', 'a ACK']);
    assert.deepEqual([a.told, b.told], [['ended local'], ['invited offer', 'ended remote CANCEL']]);
    assert.deepEqual(net.quiet(), {});
  });

  it('that crosses the 200: the 200 stands, ACK and BYE follow', () => {
    const { net, a, b } = ringing();
    a.session.cancel();
    b.session.accept(sdp('answer'));
    net.advance(100);
    assert.deepEqual(net.ladder().slice(2), [
      'a CANCEL',
      'b 200 INVITE',
      'b 200 CANCEL',
      'a ACK',
      'a BYE',
      'b 200 BYE',
    ]);
    assert.deepEqual([a.told, b.told], [['ended local'], ['acknowledged', 'ended remote BYE']]);
    assert.deepEqual(net.quiet(), {});
  });

  it('of a call without offer is acknowledged too before the BYE', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    a.call('b', null);
    net.advance(100);
    a.session.cancel();
    b.session.accept(sdp('offer'));
    net.advance(100);
    assert.deepEqual(net.ladder().slice(-3), ['a ACK', 'a BYE', 'b 200 BYE']);
    assert.deepEqual(a.told, ['ended local']);
    assert.deepEqual(net.quiet(), {});
  });

  it('that crosses a refusal ends by us all the same', () => {
    const { net, a, b } = ringing();
    a.session.cancel();
    b.session.reject(486, 'Busy Here');
    net.advance(100);
    assert.deepEqual([a.told, b.told], [['ended local'], ['ended local']]);
    assert.deepEqual(net.quiet(), {});
  });

  it('ends 64*T1 later when the callee has vanished', () => {
    const { net, a } = ringing();
    net.lose = ({ from }) => from === 'b';
    a.session.cancel();
    net.advance(31_999);
    assert.deepEqual(a.told, []);
    net.advance(1);
    assert.deepEqual(a.told, ['ended local']);
    assert.deepEqual(net.quiet(), {});
  });

  it('tells nothing of what still rings', () => {
    const { net, a, b } = ringing();
    net.lose = ({ what }) => what === 'a CANCEL' && net.now < 1000;
    a.session.cancel();
    b.session.progress(183, 'Session Progress', { sdp: sdp('early') });
    net.advance(500);
    assert.deepEqual(a.told, []);
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(a.told, ['ended local']);
  });

  it('of an answered call does nothing', () => {
    const { net, a, b } = ringing();
    b.session.accept(sdp('answer'));
    net.advance(100);
    a.session.cancel();
    net.advance(100);
    assert.deepEqual([a.session.state, b.session.state], ['up', 'up']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});
