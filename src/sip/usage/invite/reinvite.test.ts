import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Net, Party, sdp, talking } from '../kit.test.ts';

describe('a re-INVITE (RFC 3261 §14)', () => {
  it('goes both ways', () => {
    const { net, a, b } = talking();
    a.onReoffered = b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'), [['X-Note', 'yes']]);
    a.session.reinvite(sdp('hold'), [['X-Why', 'music']], a.note('reinvite'));
    net.advance(100);
    b.session.reinvite(sdp('resume'), [], b.note('reinvite'));
    net.advance(100);
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 200 INVITE', 'a ACK', 'b INVITE', 'a 200 INVITE', 'b ACK']);
    assert.deepEqual(a.told, ['reinvite 200', 'reoffered INVITE resume']);
    assert.deepEqual(b.told, ['reoffered INVITE hold', 'reinvite 200']);
    const { headers, uriText, cseq } = net.request('a INVITE');
    assert.equal(uriText, 'sip:b@b:5060');
    assert.equal(cseq.number, 2);
    assert.equal(headers.get('X-Why'), 'music');
    assert.equal(headers.get('Contact'), '<sip:a@a:5060>');
    assert.equal(net.response('b 200 INVITE').headers.get('X-Note'), 'yes');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('that is rejected leaves the session as it was', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.reject(488, 'Not Acceptable Here');
    a.session.reinvite(sdp('video'), [], a.note('reinvite'));
    net.advance(100);
    assert.deepEqual(a.told, ['reinvite 488']);
    assert.deepEqual([a.session.state, b.session.state], ['up', 'up']);
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.reinvite(sdp('audio'), [], a.note('reinvite'));
    net.advance(100);
    assert.deepEqual(a.told, ['reinvite 488', 'reinvite 200']);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('may be answered later, and once', () => {
    const { net, a, b } = talking();
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(20_000);
    b.reoffer.accept(sdp('fine'));
    b.reoffer.accept(sdp('again'));
    b.reoffer.reject(488, 'Not Acceptable Here');
    net.advance(100);
    assert.deepEqual(a.told, ['reinvite 200']);
    assert.equal(net.times('b 200 INVITE').length, 1);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('without SDP asks for an offer, whose answer goes into the ACK', () => {
    const { net, a, b } = talking();
    let pay: ((answer: Uint8Array) => void) | undefined;
    a.session.reinvite(undefined, [], (result, sendAck) => {
      a.told.push(`reinvite ${result.status}`);
      pay = sendAck;
    });
    a.session.reinvite(sdp('second'), [], a.note('second'));
    net.advance(100);
    b.reoffer.accept(sdp('offer'));
    net.advance(700);
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 200 INVITE', 'b 200 INVITE']);
    pay?.(sdp('answer'));
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    net.advance(1000);
    assert.deepEqual(a.told, ['reinvite 200', 'second 200']);
    assert.deepEqual(b.told, ['reoffered INVITE', 'acknowledged answer', 'reoffered INVITE second']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('waits behind one that is pending, in order', () => {
    const { net, a, b } = talking();
    a.session.reinvite(sdp('first'), [], a.note('first'));
    a.session.reinvite(sdp('second'), [], a.note('second'));
    a.session.reinvite(sdp('third'), [], a.note('third'));
    net.advance(100);
    assert.deepEqual(b.told, ['reoffered INVITE first']);
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    b.reoffer.reject(488, 'Not Acceptable Here');
    net.advance(1000);
    assert.deepEqual(a.told, ['first 488', 'second 200', 'third 200']);
    assert.deepEqual(b.told.slice(1), ['reoffered INVITE second', 'reoffered INVITE third']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('waits until the peer has been answered and has acknowledged', () => {
    const { net, a, b } = talking();
    net.lose = ({ what, at }) => what === 'a ACK' && at < 1000;
    a.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(100);
    b.session.reinvite(sdp('mine'), [], b.note('reinvite'));
    net.advance(100);
    assert.deepEqual(net.times('b INVITE'), []);
    b.reoffer.accept(sdp('fine'));
    net.advance(5000);
    assert.deepEqual([a.told, b.told[1]], [['reinvite 200', 'reoffered INVITE mine'], 'reinvite 200']);
    const [sent = 0] = net.times('b INVITE');
    assert.ok(sent > 1000, `sent at ${sent}, before the ACK`);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('asked for while the callee waits for the ACK goes out after it', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    a.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    b.onInvited = (session) => {
      session.accept(sdp('answer'));
      session.reinvite(sdp('video'), [], b.note('reinvite'));
    };
    a.call('b');
    net.advance(200);
    assert.deepEqual(b.told, ['invited offer', 'acknowledged', 'reinvite 200']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('glare (§14.1, §14.2)', () => {
  it('refuses both, waits by who made the Call-ID, and then both succeed', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { net, a, b } = talking(new Net(seed));
      a.onReoffered = b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
      const start = net.now;
      a.session.reinvite(sdp('from a'), [], a.note('reinvite'));
      b.session.reinvite(sdp('from b'), [], b.note('reinvite'));
      net.advance(10_000);
      assert.equal(net.times('a 491 INVITE').length, 1);
      assert.equal(net.times('b 491 INVITE').length, 1);
      const [, late = 0] = net.times('a INVITE').map((at) => at - start - 20);
      const [, soon = 0] = net.times('b INVITE').map((at) => at - start - 20);
      assert.ok(late >= 2100 && late <= 4000 && late % 10 === 0, `the caller waited ${late}`);
      assert.ok(soon >= 0 && soon <= 2000 && soon % 10 === 0, `the callee waited ${soon}`);
      assert.deepEqual(a.told.toSorted(), ['reinvite 200', 'reoffered INVITE from b']);
      assert.deepEqual(b.told.toSorted(), ['reinvite 200', 'reoffered INVITE from a']);
      a.session.bye();
      assert.deepEqual(net.quiet(), {});
    }
  });

  it('is given up after some tries', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.reject(491, 'Request Pending');
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(60_000);
    assert.deepEqual(a.told, ['reinvite 491']);
    assert.equal(b.told.length, 5);
    assert.equal(a.session.state, 'up');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('ends with the session: nothing is tried after the BYE', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.reject(491, 'Request Pending');
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(100);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
    assert.equal(net.times('a INVITE').length, 1);
    assert.deepEqual(a.told, ['ended local']);
  });

  it('a second offer before the first is answered gets 500 with Retry-After', () => {
    const { net, a, b } = talking();
    a.session.reinvite(sdp('first'), [], a.note('reinvite'));
    net.advance(100);
    a.session.request(
      'UPDATE',
      { headers: [['Content-Type', 'application/sdp']], body: sdp('second') },
      a.note('update'),
    );
    net.advance(100);
    const retry = Number(net.response('b 500 UPDATE').headers.get('Retry-After'));
    assert.ok(retry >= 0 && retry <= 10);
    assert.deepEqual(b.told, ['reoffered INVITE first']);
    b.reoffer.accept(sdp('fine'));
    net.advance(100);
    assert.deepEqual(a.told, ['update 500', 'reinvite 200']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('an UPDATE that meets our own offer gets 491', () => {
    const { net, a, b } = talking();
    b.session.reinvite(sdp('mine'), [], b.note('reinvite'));
    a.session.request(
      'UPDATE',
      { headers: [['Content-Type', 'application/sdp']], body: sdp('other') },
      a.note('update'),
    );
    net.advance(100);
    assert.equal(net.times('b 491 UPDATE').length, 1);
    a.reoffer.accept(sdp('fine'));
    net.advance(100);
    assert.deepEqual(b.told, ['reinvite 200']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('a re-INVITE that never comes to its end', () => {
  it('is answered 487 when its sender hangs up (§15.1.2)', () => {
    const { net, a, b } = talking();
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(100);
    a.session.bye();
    net.advance(100);
    assert.deepEqual(net.ladder(), ['a INVITE', 'a BYE', 'b 487 INVITE', 'b 200 BYE', 'a ACK']);
    b.reoffer.accept(sdp('too late'));
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual([a.told, b.told], [['ended local'], ['reoffered INVITE hold', 'ended remote BYE']]);
  });

  it('is answered 487 when its receiver hangs up', () => {
    const { net, a, b } = talking();
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(100);
    b.session.bye();
    net.advance(100);
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 487 INVITE', 'b BYE', 'a ACK', 'a 200 BYE']);
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(
      [a.told, b.told],
      [
        ['reinvite 487', 'ended remote BYE'],
        ['reoffered INVITE hold', 'ended local'],
      ],
    );
  });

  it('has its 200 acknowledged even when a BYE crossed it (RFC 5407 §3.2.3)', () => {
    const { net, a, b } = talking();
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(100);
    b.reoffer.accept(sdp('fine'));
    a.session.bye();
    net.advance(100);
    assert.ok(net.ladder().includes('a ACK'));
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual([a.told, b.told], [['ended local'], ['reoffered INVITE hold', 'ended remote BYE']]);
  });
});

describe('UPDATE (RFC 3311)', () => {
  it('with an offer is told like a re-INVITE and answered without ACK', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.request(
      'UPDATE',
      { headers: [['Content-Type', 'application/sdp']], body: sdp('hold') },
      a.note('update'),
    );
    net.advance(5000);
    assert.deepEqual(net.ladder(), ['a UPDATE', 'b 200 UPDATE']);
    assert.deepEqual([a.told, b.told], [['update 200'], ['reoffered UPDATE hold']]);
    assert.equal(net.response('b 200 UPDATE').headers.get('Contact'), '<sip:b@b:5060>');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('without an offer is answered at once and moves the remote target', () => {
    const { net, a, b } = talking();
    a.session.request('UPDATE', { headers: [['Contact', '<sip:a@elsewhere>']] }, a.note('update'));
    net.advance(100);
    assert.deepEqual([a.told, b.told], [['update 200'], ['updated']]);
    b.session.request('INFO', {}, b.note('info'));
    assert.equal(net.request('b INFO').uriText, 'sip:a@elsewhere');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('without an offer reaches a ringing phone, and its refusal ends nothing', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    a.call('b');
    net.advance(100);
    a.session.request('UPDATE', {}, a.note('update'));
    net.advance(100);
    assert.deepEqual(b.told, ['invited offer', 'updated']);
    net.lose = ({ what }) => what === 'a UPDATE';
    a.session.request('UPDATE', {}, a.note('update'));
    net.advance(32_000);
    assert.deepEqual(a.told, ['progress 180', 'update 200', 'update 408']);
    assert.deepEqual([a.session.state, b.session.state], ['calling', 'calling']);
    b.session.hangup({ status: 486, reasonPhrase: 'Busy Here' });
    assert.deepEqual(net.quiet(), {});
  });

  it('with an offer comes too early while the call is not answered', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    a.call('b');
    net.advance(100);
    const update = { headers: [['Content-Type', 'application/sdp']] as const, body: sdp('more') };
    a.session.request('UPDATE', update, a.note('update'));
    b.session.request('UPDATE', update, b.note('update'));
    net.advance(100);
    // The callee holds an offer it has not answered; the caller has one out (§5.2).
    assert.deepEqual([a.told.at(-1), b.told.at(-1)], ['update 500', 'update 491']);
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('the remote target (§12.2.1.2, §12.2.2)', () => {
  it('moves with an accepted re-INVITE and its 200, not with a rejected one', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.reject(488, 'Not Acceptable Here');
    a.session.reinvite(sdp('x'), [['Contact', '<sip:a@first>']], a.note('reinvite'));
    net.advance(100);
    b.session.request('INFO', {}, b.note('info'));
    assert.equal(net.request('b INFO').uriText, 'sip:a@a:5060');
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'), [['Contact', '<sip:b@moved>']]);
    a.session.reinvite(sdp('x'), [['Contact', '<sip:a@second>']], a.note('reinvite'));
    net.advance(100);
    assert.equal(net.request('a ACK').uriText, 'sip:b@b:5060');
    net.seen.length = 0;
    b.session.request('INFO', {}, b.note('info'));
    a.session.request('INFO', {}, a.note('info'));
    assert.equal(net.request('b INFO').uriText, 'sip:a@second');
    assert.equal(net.request('a INFO').uriText, 'sip:b@moved');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});
