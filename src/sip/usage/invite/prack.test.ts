import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Request, request, type Response, responseTo } from '../../message/index.ts';
import { able, Net, Party, Puppet, sdp } from '../kit.test.ts';
import type { AgentOptions } from '../types.ts';

const required: [string, string][] = [['Require', '100rel']];

/** Alice requires reliable provisional responses; Bob does what `rings` says. */
function ringing(
  rings: (b: Party) => void,
  {
    offer = 'offer',
    net = new Net(),
    ofB = {},
  }: { offer?: string | null; net?: Net; ofB?: Partial<AgentOptions> } = {},
): { net: Net; a: Party; b: Party } {
  const a = new Party(net, 'a', able);
  const b = new Party(net, 'b', { ...able, ...ofB });
  b.onInvited = () => rings(b);
  a.call('b', offer, { headers: required });
  net.advance(100);
  return { net, a, b };
}

const rseq = (net: Net, what: string): number => Number(net.response(what).headers.get('RSeq'));

describe('a reliable provisional response (RFC 3262)', () => {
  it('is sent to who requires it, acknowledged by PRACK, and told once', () => {
    const { net, a, b } = ringing((party) => party.session.progress(180, 'Ringing'));
    assert.deepEqual(net.ladder(), ['a INVITE', 'b 180 INVITE', 'a PRACK', 'b 200 PRACK']);
    const { headers } = net.response('b 180 INVITE');
    assert.equal(headers.get('Require'), '100rel');
    assert.equal(net.request('a PRACK').headers.get('RAck'), `${headers.get('RSeq')} 1 INVITE`);
    assert.equal(net.request('a PRACK').cseq.number, 2);
    assert.ok(rseq(net, 'b 180 INVITE') >= 1 && rseq(net, 'b 180 INVITE') < 2 ** 31);
    assert.deepEqual(a.told, ['progress 180']);
    b.session.accept(sdp('answer'));
    net.advance(100);
    assert.equal(a.told.at(-1), 'accepted 200 answer');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(net.faults, []);
  });

  it('is never required of who did not, though he supports it', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const b = new Party(net, 'b', able);
    b.onInvited = (session) => session.progress(180, 'Ringing');
    a.call('b');
    net.advance(100);
    assert.equal(net.request('a INVITE').headers.get('Supported'), '100rel, timer');
    assert.equal(net.request('a INVITE').headers.has('Require'), false);
    assert.equal(net.response('b 180 INVITE').headers.has('Require'), false);
    assert.equal(net.response('b 180 INVITE').headers.has('RSeq'), false);
    assert.equal(b.session.reliable, false);
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('may be asked for of everyone who supports it', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const b = new Party(net, 'b', { ...able, reliable: 'supported' });
    b.onInvited = (session) => session.progress(183, 'Session Progress', { sdp: sdp('answer') });
    a.call('b');
    net.advance(100);
    assert.deepEqual(net.ladder().slice(1), ['b 183 INVITE', 'a PRACK', 'b 200 PRACK']);
    assert.deepEqual(a.told, ['progress 183 answer']);
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('required of who does not know it gets 420', () => {
    const { net, a } = ringing((party) => party.session.progress(180, 'Ringing'), { ofB: { supported: [] } });
    assert.equal(net.response('b 420 INVITE').headers.get('Unsupported'), '100rel');
    assert.deepEqual(a.told, ['rejected 420 Bad Extension']);
    assert.deepEqual(net.quiet(), {});
  });

  it('comes again after T1, doubling, until its PRACK; the repetitions are told nobody', () => {
    const net = new Net();
    net.lose = ({ what, at }) => what === 'a PRACK' && at < 3000;
    const { a, b } = ringing((party) => party.session.progress(180, 'Ringing'), { net });
    net.advance(10_000);
    // The PRACK repeats itself by timer E; it gets through at 3.5 s.
    assert.deepEqual(net.times('b 180 INVITE'), [10, 510, 1510, 3510]);
    assert.deepEqual(a.told, ['progress 180']);
    b.session.reject(486, 'Busy Here');
    assert.deepEqual(net.quiet(), {});
  });

  it('without PRACK in 64*T1 ends the call with 504', () => {
    const net = new Net();
    net.lose = ({ what }) => what === 'a PRACK';
    const { a, b } = ringing((party) => party.session.progress(180, 'Ringing'), { net });
    net.advance(32_000);
    assert.deepEqual(net.times('b 504 INVITE'), [32_010]);
    assert.deepEqual(b.told.at(-1), 'ended none');
    net.advance(100);
    assert.deepEqual(a.told.at(-1), 'rejected 504 Server Time-out');
    assert.deepEqual(net.quiet(), {});
  });

  it('waits for the PRACK of the one before', () => {
    const { net, a, b } = ringing((party) => {
      party.session.progress(180, 'Ringing');
      party.session.progress(181, 'Call Is Being Forwarded');
      party.session.progress(183, 'Session Progress', { sdp: sdp('answer') });
    });
    assert.deepEqual(net.ladder(), [
      'a INVITE',
      'b 180 INVITE',
      'a PRACK',
      'b 200 PRACK',
      'b 181 INVITE',
      'a PRACK',
      'b 200 PRACK',
      'b 183 INVITE',
      'a PRACK',
      'b 200 PRACK',
    ]);
    assert.deepEqual(
      ['b 180 INVITE', 'b 181 INVITE', 'b 183 INVITE'].map((what) => rseq(net, what) - rseq(net, 'b 180 INVITE')),
      [0, 1, 2],
    );
    assert.deepEqual(a.told, ['progress 180', 'progress 181', 'progress 183 answer']);
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('comes again every minute with an RSeq of its own', () => {
    const { net, b } = ringing((party) => party.session.progress(180, 'Ringing'));
    net.advance(61_000);
    assert.deepEqual(net.times('b 180 INVITE'), [10, 60_010]);
    assert.equal(net.times('a PRACK').length, 2);
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('is not repeated after a final response', () => {
    const net = new Net();
    net.lose = ({ what, at }) => what === 'a PRACK' && at < 1000;
    const { b } = ringing((party) => party.session.progress(180, 'Ringing'), { net });
    b.session.accept(sdp('answer'));
    net.advance(5000);
    assert.deepEqual(net.times('b 180 INVITE'), [10]);
    // The PRACK that comes after all is answered (§3).
    assert.ok(net.times('b 200 PRACK').length === 1);
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('offers and answers with it (RFC 3262 §5, RFC 6337 §3.1)', () => {
  it('an answer in the 183 is the answer: the 200 has none, and its caller knows it', () => {
    const { net, a, b } = ringing((party) => party.session.progress(183, 'Session Progress', { sdp: sdp('answer') }));
    b.session.accept(sdp('answer'));
    net.advance(100);
    assert.equal(net.response('b 200 INVITE').body.length, 0);
    assert.equal(net.response('b 200 INVITE').headers.has('Content-Type'), false);
    assert.deepEqual(a.told, ['progress 183 answer', 'accepted 200 answer']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('a 200 waits for the PRACK of a response that carries the answer', () => {
    const net = new Net();
    net.lose = ({ what, at }) => what === 'a PRACK' && at < 1000;
    const { a, b } = ringing((party) => party.session.progress(183, 'Session Progress', { sdp: sdp('answer') }), {
      net,
    });
    b.session.accept(sdp('answer'));
    assert.equal(b.session.state, 'calling');
    net.advance(5000);
    const [pracked = 0] = net.times('b 200 PRACK');
    const [accepted = 0] = net.times('b 200 INVITE');
    assert.ok(pracked > 1000 && accepted >= pracked, `200 at ${accepted}, PRACK at ${pracked}`);
    assert.equal(a.told.at(-1), 'accepted 200 answer');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('an INVITE without offer gets it in the first reliable response, its answer comes in the PRACK', () => {
    const { net, a, b } = ringing((party) => party.session.progress(183, 'Session Progress', { sdp: sdp('offer') }), {
      offer: null,
    });
    assert.deepEqual(a.told, ['progress 183 offer']);
    assert.deepEqual(net.times('a PRACK'), []);
    a.sendPrack?.(sdp('answer'));
    a.sendPrack?.(sdp('twice'));
    net.advance(100);
    assert.deepEqual(b.told, ['invited', 'answered answer']);
    assert.equal(net.times('a PRACK').length, 1);
    b.session.accept(sdp('ignored'));
    net.advance(100);
    assert.equal(net.response('b 200 INVITE').body.length, 0);
    assert.deepEqual(a.told.slice(1), ['accepted 200']);
    assert.equal(a.sendAck, undefined);
    assert.deepEqual([a.session.state, b.session.state], ['up', 'up']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('without an offer of its own it cannot be sent to such an INVITE: the 200 brings the offer', () => {
    const { net, a, b } = ringing((party) => party.session.progress(180, 'Ringing'), { offer: null });
    assert.deepEqual(net.ladder(), ['a INVITE']);
    b.session.accept(sdp('offer'));
    net.advance(100);
    a.sendAck?.(sdp('answer'));
    net.advance(100);
    assert.deepEqual(b.told, ['invited', 'acknowledged answer']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('a description that comes after the answer is ignored', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const p = new Puppet(net, 'p');
    a.call('p');
    net.advance(50);
    const invite = p.last('INVITE');
    for (const [status, seq, body] of [
      [183, 7, 'answer'],
      [183, 8, 'other'],
    ] as const)
      p.send('a', reliably(invite, status, seq, body));
    p.send('a', responseTo(invite, 200, { toTag: 't', headers: described, body: sdp('third') }));
    net.advance(50);
    assert.deepEqual(a.told, ['progress 183 answer', 'progress 183', 'accepted 200 answer']);
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('an offer in the PRACK is told and answered in its 200', () => {
    const net = new Net();
    const b = new Party(net, 'b', able);
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.progress(183, 'Session Progress', { sdp: sdp('answer') });
    p.send('b', fromPuppet('INVITE', 1, '', 'offer'));
    net.advance(50);
    const rack = `${net.response('b 183 INVITE').headers.get('RSeq')} 1 INVITE`;
    p.send('b', fromPuppet('PRACK', 2, b.session.localTag, 'second', [['RAck', rack]]));
    net.advance(50);
    assert.equal(b.told.at(-1), 'reoffered PRACK second');
    b.reoffer.accept(sdp('second answer'));
    net.advance(50);
    assert.equal(new TextDecoder().decode(net.response('b 200 PRACK').body), 'second answer');
    p.send('b', fromPuppet('BYE', 3, b.session.localTag));
    assert.deepEqual(net.quiet(), {});
  });
});

describe('what does not fit', () => {
  it('a PRACK that names no waiting response gets 481 (RFC 3262 §3)', () => {
    const net = new Net();
    const b = new Party(net, 'b', able);
    const p = new Puppet(net, 'p');
    b.onInvited = (session) => session.progress(180, 'Ringing');
    p.send('b', fromPuppet('INVITE', 1, '', 'offer'));
    net.advance(50);
    const seq = rseq(net, 'b 180 INVITE');
    const wrong = [`${seq + 1} 1 INVITE`, `${seq} 2 INVITE`, `${seq} 1 UPDATE`, '', 'nonsense'];
    wrong.forEach((rack, at) => p.send('b', fromPuppet('PRACK', 2 + at, b.session.localTag, '', [['RAck', rack]])));
    net.advance(50);
    assert.equal(net.times('b 481 PRACK').length, wrong.length);
    p.send('b', fromPuppet('PRACK', 20, b.session.localTag, '', [['RAck', `${seq} 1 INVITE`]]));
    p.send('b', fromPuppet('PRACK', 21, b.session.localTag, '', [['RAck', `${seq} 1 INVITE`]]));
    net.advance(50);
    assert.equal(net.times('b 200 PRACK').length, 1);
    assert.equal(net.times('b 481 PRACK').length, wrong.length + 1);
    p.send('b', fromPuppet('BYE', 22, b.session.localTag));
    assert.deepEqual(net.quiet(), {});
  });

  it('reliable responses out of order are neither told nor acknowledged (§4)', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const p = new Puppet(net, 'p');
    a.call('p');
    net.advance(50);
    const invite = p.last('INVITE');
    const first = 2 ** 31 - 10;
    for (const at of [0, 2, 0, 1, 2]) p.send('a', reliably(invite, 180 + at, first + at));
    net.advance(50);
    assert.deepEqual(a.told, ['progress 180', 'progress 181', 'progress 182']);
    const racks = p.heard.flatMap((one) =>
      one.kind === 'request' && one.method === 'PRACK' ? [one.headers.get('RAck')] : [],
    );
    assert.deepEqual(racks, ['2147483638 1 INVITE', '2147483639 1 INVITE', '2147483640 1 INVITE']);
    a.session.hangup();
    p.send('a', responseTo(invite, 487, { toTag: 't' }));
    assert.deepEqual(net.quiet(), {});
  });
});

describe('forks (RFC 6337 §2.2)', () => {
  it('have each their own offer and answer; the call has those of whoever answered', () => {
    const net = new Net();
    const a = new Party(net, 'a', able);
    const p = new Puppet(net, 'p');
    a.call('p');
    net.advance(50);
    const invite = p.last('INVITE');
    p.send('a', reliably(invite, 183, 1, 'one', 'one'));
    p.send('a', reliably(invite, 183, 9, 'two', 'two'));
    net.advance(50);
    assert.deepEqual(a.told, ['progress 183 one', 'progress 183 two']);
    const pracks = p.heard.flatMap((one) =>
      one.kind === 'request' && one.method === 'PRACK'
        ? [`${one.toTag} ${one.headers.get('RAck')} ${one.cseq.number}`]
        : [],
    );
    // A dialog each, and so a CSeq each.
    assert.deepEqual(pracks, ['one 1 1 INVITE 2', 'two 9 1 INVITE 2']);
    p.send('a', responseTo(invite, 200, { toTag: 'one', headers: [['Contact', '<sip:p@p>']] }));
    net.advance(50);
    assert.equal(a.told.at(-1), 'accepted 200 one');
    a.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });
});

const described = [
  ['Contact', '<sip:p@p>'],
  ['Content-Type', 'application/sdp'],
] as const;

function reliably(invite: Request, status: number, seq: number, body = '', tag = 't'): Response {
  const headers = [...described, ['Require', '100rel'], ['RSeq', String(seq)]] as const;
  return responseTo(invite, status, { toTag: tag, headers, body: sdp(body) });
}

function fromPuppet(method: string, cseq: number, toTag: string, body = '', more: [string, string][] = []): Request {
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
      ['Content-Type', 'application/sdp'],
      ...(method === 'INVITE' ? [['Require', '100rel'] as [string, string]] : []),
      ...more,
    ],
    body: sdp(body),
  });
}
