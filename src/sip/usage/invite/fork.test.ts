import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Message, type Request, request, type Response, responseTo } from '../../message/index.ts';
import { Net, Party, Puppet, sdp } from '../kit.test.ts';

/** A proxy that lets several phones answer one INVITE. */
function forking(): { net: Net; a: Party; p: Puppet; phone: (tag: string, status: number) => void } {
  const net = new Net();
  const a = new Party(net, 'a');
  const p = new Puppet(net, 'p');
  p.answers = (message) => (message.kind === 'request' && message.method === 'BYE' ? [responseTo(message, 200)] : []);
  const phone = (tag: string, status: number): void => p.send('a', fromPhone(p.last('INVITE'), tag, status));
  return { net, a, p, phone };
}

function fromPhone(invite: Request, tag: string, status: number): Response {
  const headers = [
    ['Contact', `<sip:${tag}@p>`],
    ['Record-Route', '<sip:p;lr>'],
    ['Content-Type', 'application/sdp'],
  ] as const;
  return responseTo(invite, status, { toTag: tag, headers, body: sdp(`from ${tag}`) });
}

const named = (messages: readonly Message[], method: string): string[] =>
  messages.flatMap((one) => (one.kind === 'request' && one.method === method ? [`${one.toTag} ${one.uriText}`] : []));

describe('a forked INVITE (RFC 3261 §13.2.2.4)', () => {
  it('tells the progress of each fork, and holds an early dialog for each', () => {
    const { net, a, phone } = forking();
    a.call('p');
    net.advance(50);
    phone('one', 180);
    net.advance(50);
    assert.equal(a.session.remoteTag, 'one');
    phone('two', 183);
    phone('one', 180);
    net.advance(50);
    assert.deepEqual(a.told, ['progress 180 from one', 'progress 183 from two', 'progress 180 from one']);
    assert.equal(net.kernel.scene.census()['dialog'], 2);
    phone('two', 486);
    net.advance(50);
    assert.equal(a.told.at(-1), 'rejected 486 Busy Here');
    assert.deepEqual(net.quiet(), {});
  });

  it('belongs to the first 200; the second is acknowledged and hung up', () => {
    const { net, a, p, phone } = forking();
    a.call('p');
    net.advance(50);
    phone('one', 180);
    phone('two', 180);
    phone('two', 200);
    net.advance(50);
    assert.equal(net.kernel.scene.census()['dialog'], 1);
    phone('one', 200);
    net.advance(50);
    assert.deepEqual(named(p.heard, 'ACK'), ['two sip:two@p', 'one sip:one@p']);
    assert.deepEqual(named(p.heard, 'BYE'), ['one sip:one@p']);
    assert.deepEqual(p.last('BYE').headers.list('Route'), ['<sip:p;lr>']);
    assert.equal(a.session.remoteTag, 'two');
    assert.equal(a.session.state, 'up');
    assert.deepEqual(a.told, ['progress 180 from one', 'progress 180 from two', 'accepted 200 from two']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('acknowledges the losing 200 again when it is repeated, without another BYE', () => {
    const { net, a, p, phone } = forking();
    a.call('p');
    net.advance(50);
    for (const tag of ['one', 'two', 'two', 'one']) phone(tag, 200);
    net.advance(50);
    assert.deepEqual(
      named(p.heard, 'ACK').map((line) => line.slice(0, 3)),
      ['one', 'two', 'two', 'one'],
    );
    assert.equal(named(p.heard, 'BYE').length, 1);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('hangs up every 200 that comes after it was given up', () => {
    const { net, a, p, phone } = forking();
    a.call('p');
    net.advance(50);
    phone('one', 180);
    net.advance(50);
    a.session.cancel();
    phone('one', 200);
    phone('two', 200);
    net.advance(50);
    assert.deepEqual(named(p.heard, 'ACK'), ['one sip:one@p', 'two sip:two@p']);
    assert.deepEqual(named(p.heard, 'BYE'), ['one sip:one@p', 'two sip:two@p']);
    assert.deepEqual(a.told, ['progress 180 from one', 'ended local']);
    assert.deepEqual(net.quiet(), {});
  });

  it('still does so when the first call has ended', () => {
    const { net, a, p, phone } = forking();
    a.call('p');
    net.advance(50);
    phone('one', 200);
    net.advance(50);
    a.session.bye();
    net.advance(5000);
    phone('two', 200);
    net.advance(50);
    assert.deepEqual(named(p.heard, 'BYE'), ['one sip:one@p', 'two sip:two@p']);
    assert.deepEqual(a.told, ['accepted 200 from one', 'ended local']);
    assert.deepEqual(net.quiet(), {});
  });

  it('answers a BYE from the fork it is hanging up', () => {
    const { net, a, p, phone } = forking();
    p.answers = () => [];
    a.call('p');
    net.advance(50);
    phone('one', 200);
    phone('two', 200);
    net.advance(50);
    p.send('a', byeFrom(p.last('BYE')));
    net.advance(50);
    const answer = p.heard.findLast((one) => one.kind === 'response');
    assert.equal(answer?.kind === 'response' && answer.status, 200);
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });
});

/** The BYE that the peer sends in the dialog in which we sent ours. */
function byeFrom(ours: Request): Request {
  return request({
    method: 'BYE',
    uri: 'sip:a@a:5060',
    headers: [
      ['Via', 'SIP/2.0/UDP p:5060;branch=z9hG4bKcrossing'],
      ['From', ours.headers.get('To') ?? ''],
      ['To', ours.headers.get('From') ?? ''],
      ['Call-ID', ours.callId],
      ['CSeq', '1 BYE'],
    ],
  });
}
