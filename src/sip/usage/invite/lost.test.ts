import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Net, Party, sdp, talking } from '../kit.test.ts';

function answeredCall(net: Net): { a: Party; b: Party } {
  const a = new Party(net, 'a');
  const b = new Party(net, 'b');
  b.onInvited = (session) => session.accept(sdp('answer'));
  a.call('b');
  return { a, b };
}

describe('a 2xx and its ACK (RFC 3261 §13.2.2.4, §13.3.1.4)', () => {
  it('repeats a lost 200 after T1, doubling to T2, until the ACK', () => {
    const net = new Net();
    net.lose = ({ what, at }) => what === 'b 200 INVITE' && at < 20_000;
    const { a, b } = answeredCall(net);
    net.advance(60_000);
    // T1 = 500 ms, T2 = 4 s.
    assert.deepEqual(net.times('b 200 INVITE'), [10, 510, 1510, 3510, 7510, 11_510, 15_510, 19_510, 23_510]);
    assert.deepEqual([a.told, b.told], [['accepted 200 answer'], ['invited offer', 'acknowledged']]);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('acknowledges each repetition with the same ACK, and tells once', () => {
    const net = new Net();
    net.lose = ({ what, at }) => what === 'a ACK' && at < 1500;
    const { a, b } = answeredCall(net);
    net.advance(10_000);
    const acks = net.seen.filter(({ what }) => what === 'a ACK').map(({ message }) => message);
    assert.equal(acks.length, 3);
    assert.equal(new Set(acks.map(({ headers }) => headers.get('CSeq'))).size, 1);
    assert.deepEqual([a.told, b.told], [['accepted 200 answer'], ['invited offer', 'acknowledged']]);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('absorbs an ACK that comes twice', () => {
    const net = new Net();
    // The second 200 is on its way when the ACK arrives.
    net.delay = ({ what }) => (what === 'b 200 INVITE' ? 600 : 10);
    const { a, b } = answeredCall(net);
    net.advance(5000);
    assert.equal(net.times('a ACK').length, 2);
    assert.deepEqual(b.told, ['invited offer', 'acknowledged']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('without any ACK in 64*T1 ends with BYE', () => {
    const net = new Net();
    net.lose = ({ what }) => what === 'a ACK';
    const { a, b } = answeredCall(net);
    net.advance(32_009);
    assert.deepEqual(net.times('b BYE'), []);
    net.advance(1000);
    assert.deepEqual(net.times('b BYE'), [32_010]);
    assert.deepEqual(
      [a.told, b.told],
      [
        ['accepted 200 answer', 'ended remote BYE'],
        ['invited offer', 'ended none'],
      ],
    );
    assert.deepEqual(net.quiet(), {});
  });

  it('that the caller hangs up unacknowledged goes silent with the BYE', () => {
    const net = new Net();
    net.lose = ({ what }) => what === 'a ACK';
    const { a, b } = answeredCall(net);
    net.advance(100);
    a.session.bye();
    net.advance(100);
    assert.deepEqual(b.told, ['invited offer', 'ended remote BYE']);
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.times('b 200 INVITE'), [10]);
  });

  it('keeps BYE back until the ACK has come (§15)', () => {
    const net = new Net();
    net.lose = ({ what, at }) => what === 'a ACK' && at < 1000;
    const { a, b } = answeredCall(net);
    net.advance(100);
    b.session.bye([['Reason', 'Q.850;cause=16']]);
    b.session.bye();
    assert.deepEqual([b.session.state, b.told], ['answered', ['invited offer']]);
    net.advance(5000);
    assert.deepEqual(net.times('b BYE'), [1530]);
    assert.equal(net.request('b BYE').headers.get('Reason'), 'Q.850;cause=16');
    assert.deepEqual(
      [a.told, b.told],
      [
        ['accepted 200 answer', 'ended remote BYE'],
        ['invited offer', 'ended local'],
      ],
    );
    assert.deepEqual(net.quiet(), {});
  });

  it('sends that BYE after 64*T1 when no ACK comes', () => {
    const net = new Net();
    net.lose = ({ what }) => what === 'a ACK';
    const { b } = answeredCall(net);
    net.advance(100);
    b.session.hangup();
    net.advance(40_000);
    assert.deepEqual(net.times('b BYE'), [32_010]);
    assert.deepEqual(b.told, ['invited offer', 'ended local']);
    assert.deepEqual(net.quiet(), {});
  });

  it('is BYEd by a caller whose callee is hanging up', () => {
    const net = new Net();
    net.lose = ({ what }) => what === 'a ACK';
    const { a, b } = answeredCall(net);
    net.advance(100);
    b.session.hangup();
    a.session.hangup();
    net.advance(100);
    assert.deepEqual(
      [a.told, b.told],
      [
        ['accepted 200 answer', 'ended local'],
        ['invited offer', 'ended remote BYE'],
      ],
    );
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.times('b BYE'), []);
  });
});

describe('a provisional response (§13.3.1.1)', () => {
  it('comes again every minute while the call is pending', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    a.call('b');
    net.advance(90_000);
    b.session.progress(183, 'Session Progress');
    net.advance(70_000);
    assert.deepEqual(net.times('b 180 INVITE'), [10, 60_010]);
    assert.deepEqual(net.times('b 183 INVITE'), [90_000, 150_000]);
    b.session.reject(480, 'Temporarily Unavailable');
    assert.deepEqual(net.quiet(), {});
    assert.equal(net.times('b 183 INVITE').length, 2);
  });
});

describe('a re-INVITE', () => {
  it('has its 200 repeated until the ACK, and the ACK repeated', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    net.lose = ({ what, at }) => what === 'a ACK' && at < 1000;
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(5000);
    assert.equal(net.times('b 200 INVITE').length, 3);
    assert.equal(net.times('a ACK').length, 3);
    assert.deepEqual([a.told, b.told], [['reinvite 200'], ['reoffered INVITE hold']]);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('whose 200 is never acknowledged ends the session', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    net.lose = ({ what }) => what === 'a ACK';
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(
      [a.told, b.told],
      [
        ['reinvite 200', 'ended remote BYE'],
        ['reoffered INVITE hold', 'ended none'],
      ],
    );
  });
});
