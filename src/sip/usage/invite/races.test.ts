import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestIn } from '../../dialog/index.ts';
import { able, Net, Party, sdp, talking } from '../kit.test.ts';

/** Bob has answered; the ACK is on its way for as long as `late` says. */
function moratorium(late: number): { net: Net; a: Party; b: Party } {
  const net = new Net();
  net.delay = ({ what }) => (what === 'a ACK' ? late : 10);
  const a = new Party(net, 'a', able);
  const b = new Party(net, 'b', able);
  b.onInvited = (session) => session.accept(sdp('answer'));
  a.onReoffered = b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
  a.call('b');
  return { net, a, b };
}

/** All that is left ends well. */
function over({ net, a, b }: { net: Net; a: Party; b: Party }): void {
  a.session.hangup();
  b.session.hangup();
  assert.deepEqual(net.quiet(), {});
  assert.deepEqual(net.faults, []);
}

describe('the races of RFC 5407', () => {
  it('§3.1.1: an INVITE that comes again after its 200 is not a new call', () => {
    const net = new Net();
    net.delay = ({ what, at }) => (what === 'a INVITE' && at === 0 ? 510 : 10);
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b');
    net.advance(3000);
    assert.equal(net.times('a INVITE').length, 2);
    assert.deepEqual(b.told, ['invited offer', 'acknowledged']);
    assert.equal(
      new Set(net.seen.filter(({ what }) => what === 'b 200 INVITE').map(({ message }) => message.toTag)).size,
      1,
    );
    over({ net, a, b });
  });

  it('§3.1.2: a CANCEL that the 200 crossed gets 200 and ends nothing by itself; ACK and BYE follow', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    a.call('b');
    net.advance(50);
    net.seen.length = 0;
    b.session.accept(sdp('answer'));
    a.session.cancel();
    net.advance(100);
    assert.deepEqual(net.ladder(), ['b 200 INVITE', 'a CANCEL', 'a ACK', 'a BYE', 'b 200 CANCEL', 'b 200 BYE']);
    assert.deepEqual([a.told.at(-1), b.told.at(-1)], ['ended local', 'ended remote BYE']);
    over({ net, a, b });
  });

  it('§3.1.4: a re-INVITE that overtakes the ACK gets 491 and comes again', () => {
    const { net, a, b } = moratorium(700);
    net.advance(100);
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(10_000);
    assert.ok(net.times('b 491 INVITE').length >= 1);
    assert.equal(a.told.at(-1), 'reinvite 200');
    over({ net, a, b });
  });

  it('§3.1.5: a callee’s re-INVITE waits for the ACK; an UPDATE of the caller need not', () => {
    const { net, a, b } = moratorium(700);
    net.advance(100);
    b.session.reinvite(sdp('video'), [], b.note('reinvite'));
    a.session.update(sdp('more'), [], a.note('update'));
    net.advance(100);
    assert.deepEqual(a.told, ['accepted 200 answer', 'update 200']);
    assert.deepEqual(net.times('b INVITE'), []);
    net.advance(5000);
    assert.equal(b.told.at(-1), 'reinvite 200');
    over({ net, a, b });
  });

  it('§3.1.6: a BYE that overtakes the ACK is answered, and the 200 is not repeated any more', () => {
    const { net, a, b } = moratorium(700);
    net.advance(100);
    a.session.bye();
    net.advance(5000);
    assert.deepEqual(b.told, ['invited offer', 'ended remote BYE']);
    assert.equal(net.times('b 200 INVITE').length, 1);
    over({ net, a, b });
  });

  it('§3.2.1: BYEs that cross are both answered 200', () => {
    const { net, a, b } = talking();
    a.session.bye();
    b.session.bye();
    net.advance(100);
    assert.deepEqual([net.times('a 200 BYE').length, net.times('b 200 BYE').length], [1, 1]);
    over({ net, a, b });
  });

  it('§3.2.2: a re-INVITE that meets our BYE gets 481', () => {
    const { net, a, b } = talking();
    a.session.bye();
    b.session.reinvite(sdp('hold'), [], b.note('reinvite'));
    net.advance(100);
    assert.equal(net.times('a 481 INVITE').length, 1);
    assert.equal(b.told.at(-1), 'ended remote BYE');
    over({ net, a, b });
  });

  it('§3.2.3: the 200 to a re-INVITE that meets our BYE is acknowledged', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(15);
    a.session.bye();
    net.advance(100);
    assert.ok(net.ladder().includes('a ACK'));
    assert.equal(net.times('b 200 INVITE').length, 1);
    over({ net, a, b });
  });

  it('§3.2.4: an ACK that comes after our BYE does nothing', () => {
    const net = new Net();
    net.delay = ({ what }) => (what === 'a ACK' ? 33_000 : 10);
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b');
    net.advance(70_000);
    assert.deepEqual(b.told, ['invited offer', 'ended none']);
    over({ net, a, b });
  });

  it('§3.3.1: re-INVITEs that cross both get 491, and both succeed later', () => {
    const { net, a, b } = talking();
    a.onReoffered = b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.reinvite(sdp('mine'), [], a.note('reinvite'));
    b.session.reinvite(sdp('his'), [], b.note('reinvite'));
    net.advance(10_000);
    assert.deepEqual([net.times('a 491 INVITE').length, net.times('b 491 INVITE').length], [1, 1]);
    assert.ok(a.told.includes('reinvite 200') && b.told.includes('reinvite 200'));
    over({ net, a, b });
  });

  it('§3.3.2: an UPDATE and a re-INVITE that cross both get 491, and both succeed later', () => {
    const { net, a, b } = talking(new Net(), able);
    a.onReoffered = b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.update(sdp('mine'), [], a.note('update'));
    b.session.reinvite(sdp('his'), [], b.note('reinvite'));
    net.advance(10_000);
    assert.deepEqual([net.times('a 491 INVITE').length, net.times('b 491 UPDATE').length], [1, 1]);
    assert.ok(a.told.includes('update 200') && b.told.includes('reinvite 200'));
    over({ net, a, b });
  });

  it('§3.1.3: a BYE of a caller who saw no 200 yet ends the answered call', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    net.lose = ({ what, at }) => what === 'b 200 INVITE' && at < 400;
    a.call('b');
    net.advance(50);
    const dialog = a.stack.dialogs.ofResponse(net.response('b 180 INVITE'))?.dialog;
    assert.ok(dialog);
    b.session.accept(sdp('answer'));
    a.stack.transactions.send(requestIn(dialog, 'BYE', []), a.session.flow, { response: () => {}, failed: () => {} });
    net.advance(100);
    assert.equal(net.times('b 200 BYE').length, 1);
    assert.equal(b.told.at(-1), 'ended remote BYE');
    over({ net, a, b });
  });

  it('§3.3.3: what comes after our BYE gets 481', () => {
    const { net, a, b } = talking();
    a.session.bye();
    b.session.request('INFO', {}, b.note('info'));
    net.advance(100);
    assert.equal(net.times('a 481 INFO').length, 1);
    assert.deepEqual(a.told, ['ended local']);
    over({ net, a, b });
  });

  it('a CANCEL meets a reliable response: the call ends, and nobody waits for a PRACK', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const b = new Party(net, 'b', able);
    a.call('b', 'offer', { headers: [['Require', '100rel']] });
    net.advance(50);
    b.session.progress(183, 'Session Progress', { sdp: sdp('answer') });
    b.session.accept(sdp('answer'));
    a.session.cancel();
    net.advance(5000);
    assert.equal(net.times('b 183 INVITE').length, 1);
    assert.deepEqual([a.told.at(-1), b.told.at(-1)], ['ended local', 'ended remote CANCEL']);
    over({ net, a, b });
  });
});
