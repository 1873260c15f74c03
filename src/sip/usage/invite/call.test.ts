import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latin1 } from '../../../kernel/index.ts';
import { Net, Party, sdp, talking } from '../kit.test.ts';

describe('a call (RFC 3261 §13)', () => {
  it('rings, is answered, and is ended by the caller', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    a.call('b');
    net.advance(100);
    assert.equal(a.session.state, 'calling');
    b.session.progress(180, 'Ringing');
    net.advance(100);
    assert.equal(a.session.state, 'calling');
    b.session.accept(sdp('answer'));
    assert.equal(b.session.state, 'answered');
    net.advance(100);
    assert.equal(a.session.state, 'up');
    assert.equal(b.session.state, 'up');
    a.session.bye();
    assert.equal(a.session.state, 'ended');
    net.advance(100);
    assert.equal(b.session.state, 'ended');
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 180 INVITE', 'b 200 INVITE', 'a ACK', 'a BYE', 'b 200 BYE']);
    assert.deepEqual(a.told, ['progress 180', 'accepted 200 answer', 'ended local']);
    assert.deepEqual(b.told, ['invited offer', 'acknowledged', 'ended remote BYE']);
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.faults, []);
  });

  it('is ended by the callee', () => {
    const { net, a, b } = talking();
    b.session.bye([['Reason', 'Q.850;cause=16']]);
    net.advance(100);
    assert.deepEqual(net.ladder(), ['b BYE', 'a 200 BYE']);
    assert.equal(net.request('b BYE').headers.get('Reason'), 'Q.850;cause=16');
    assert.deepEqual([a.told, b.told], [['ended remote BYE'], ['ended local']]);
    assert.deepEqual(net.quiet(), {});
  });

  it('has one dialog with the same tags and Call-ID on both sides', () => {
    const { net, a, b } = talking();
    assert.equal(a.session.callId, b.session.callId);
    assert.equal(a.session.localTag, b.session.remoteTag);
    assert.equal(a.session.remoteTag, b.session.localTag);
    assert.deepEqual(net.kernel.scene.census()['dialog'], 2);
    assert.ok(a.session.remoteAllow.has('UPDATE') && b.session.remoteAllow.has('UPDATE'));
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('gives every response of the callee the same To tag, Contact, Allow and Supported', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b', { supported: ['replaces'] });
    a.call('b');
    net.advance(100);
    b.session.progress(180, 'Ringing');
    b.session.progress(183, 'Session Progress', { sdp: sdp('early'), headers: [['P-Early-Media', 'sendrecv']] });
    b.session.accept(sdp('answer'));
    net.advance(100);
    const responses = ['b 180 INVITE', 'b 183 INVITE', 'b 200 INVITE'].map((what) => net.response(what));
    for (const { headers, toTag } of responses) {
      assert.equal(toTag, b.session.localTag);
      assert.equal(headers.get('Contact'), '<sip:b@b:5060>');
      assert.match(headers.get('Allow') ?? '', /\bBYE\b/);
      assert.equal(headers.get('Supported'), 'replaces');
      assert.equal(headers.get('Server'), 'Party/b');
    }
    assert.equal(responses[1]?.headers.get('P-Early-Media'), 'sendrecv');
    assert.deepEqual(a.told, ['progress 180', 'progress 183 early', 'accepted 200 answer']);
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('sends requests with what §8.1.1 asks for, and lets given headers win', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    a.call('b', 'offer', {
      headers: [
        ['Max-Forwards', '12'],
        ['user-agent', 'Other'],
      ],
    });
    const { headers, body, fromTag, toTag, uriText } = net.request('a INVITE');
    assert.equal(uriText, 'sip:b@b');
    assert.deepEqual(headers.lines('Max-Forwards'), ['12']);
    assert.deepEqual(headers.lines('User-Agent'), ['Other']);
    assert.equal(headers.get('Content-Type'), 'application/sdp');
    assert.equal(headers.get('Contact'), '<sip:a@a:5060>');
    assert.equal(latin1(body), 'offer');
    assert.notEqual(fromTag, '');
    assert.equal(toTag, '');
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(b.told, ['invited offer', 'ended remote CANCEL']);
  });

  it('without an offer takes it from the 200 and answers it in the ACK', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    a.call('b', null);
    a.session.reinvite(sdp('later'), [], a.note('reinvite'));
    b.onInvited = (session) => session.accept(sdp('offer'));
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    net.advance(2000);
    assert.deepEqual(a.told, ['accepted 200 offer']);
    assert.deepEqual(net.times('a ACK'), []);
    a.sendAck?.(sdp('answer'));
    a.sendAck?.(sdp('twice'));
    net.advance(100);
    assert.deepEqual(b.told, ['invited', 'acknowledged answer', 'reoffered INVITE later']);
    assert.equal(a.told.at(-1), 'reinvite 200');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
    assert.equal(net.times('b BYE').length, 0);
  });

  it('hung up before that ACK is acknowledged first', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.accept(sdp('offer'));
    a.call('b', null);
    net.advance(100);
    a.session.bye();
    net.advance(100);
    assert.deepEqual(net.ladder().slice(-3), ['a ACK', 'a BYE', 'b 200 BYE']);
    assert.deepEqual(b.told, ['invited', 'acknowledged', 'ended remote BYE']);
    assert.deepEqual(net.quiet(), {});
  });

  it('that is refused tells status and phrase', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.reject(486, 'Busy Indeed', [['Retry-After', '5']]);
    a.call('b');
    net.advance(100);
    assert.deepEqual(a.told, ['rejected 486 Busy Indeed']);
    assert.deepEqual(b.told, ['invited offer', 'ended local']);
    assert.equal(net.response('b 486 INVITE').headers.get('Retry-After'), '5');
    assert.deepEqual(net.quiet(), {});
  });

  it('that nobody answers is refused with 408 (§8.1.3.1)', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    a.call('nowhere');
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(a.told, ['rejected 408 Request Timeout']);
    assert.equal(net.now, 32_000);
  });

  it('whose flow fails is refused with 503', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const session = a.call('nowhere');
    a.stack.listener.failed(session.flow, 'unreachable');
    assert.deepEqual(a.told, ['rejected 503 Service Unavailable']);
    assert.deepEqual(net.quiet(), {});
  });

  it('does nothing for verbs that come too late or from the wrong side', () => {
    const { net, a, b } = talking();
    a.session.progress(180, 'Ringing');
    a.session.accept(sdp('no'));
    a.session.reject(486, 'Busy Here');
    a.session.cancel();
    b.session.progress(180, 'Ringing');
    b.session.accept(sdp('again'));
    net.advance(100);
    assert.deepEqual(net.ladder(), []);
    a.session.hangup();
    net.advance(100);
    net.seen.length = 0;
    for (const session of [a.session, b.session]) {
      session.accept(sdp('no'));
      session.bye();
      session.hangup();
      session.cancel();
      session.reinvite(sdp('no'), [], a.note('reinvite'));
      session.request('INFO', {}, a.note('info'));
    }
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.ladder(), []);
    assert.deepEqual([a.told, b.told], [['ended local'], ['ended remote BYE']]);
  });

  it('is refused with 500 when its owner fails', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = () => {
      throw new Error('broken');
    };
    a.call('b');
    net.advance(100);
    assert.deepEqual(a.told, ['rejected 500 Server Internal Error']);
    assert.equal(net.faults.length, 1);
    assert.deepEqual(net.quiet(), {});
  });

  it('can be tried again with credentials in the same Call-ID (§22.2)', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.reject(401, 'Unauthorized');
    const first = a.call('b');
    net.advance(100);
    b.onInvited = (session) => session.accept(sdp('answer'));
    const { callId, localTag: fromTag } = first;
    const second = a.stack.agent.invite(
      { requestUri: 'sip:b@b', flow: first.flow },
      { from: '<sip:a@home>', to: '<sip:b@home>' },
      { sdp: sdp('offer'), user: a, callId, fromTag, cseq: 2, headers: [['Authorization', 'Digest x="y"']] },
    );
    net.advance(100);
    assert.equal(second.callId, callId);
    assert.equal(second.state, 'up');
    const ack = net.seen.findLast(({ what }) => what === 'a ACK')?.message;
    assert.equal(ack?.cseq.number, 2);
    assert.equal(ack?.headers.get('Authorization'), 'Digest x="y"');
    second.bye();
    assert.deepEqual(net.quiet(), {});
  });
});
