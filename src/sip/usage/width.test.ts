import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latin1 } from '../../kernel/index.ts';
import { type Field, type Request, request, responseTo } from '../message/index.ts';
import { able, Net, Party, Puppet, sdp, talking } from './kit.test.ts';
import type { AgentOptions } from './types.ts';

let branches = 0;

interface Arriving {
  readonly headers?: readonly Field[];
  readonly body?: string;
  readonly toTag?: string;
  readonly cseq?: number;
}

function fromPuppet(method: string, { headers = [], body = '', toTag = '', cseq = 1 }: Arriving = {}): Request {
  branches += 1;
  return request({
    method,
    uri: 'sip:b@b',
    headers: [
      ['Via', `SIP/2.0/UDP p:5060;branch=z9hG4bK-w${branches}`],
      ['From', '<sip:p@home>;tag=p'],
      ['To', toTag === '' ? '<sip:b@home>' : `<sip:b@home>;tag=${toTag}`],
      ['Call-ID', 'puppet-call'],
      ['CSeq', `${cseq} ${method}`],
      ['Contact', '<sip:p@p>'],
      ...headers,
    ],
    body: sdp(body),
  });
}

/** What Bob answers to that. */
function answered(
  method: string,
  arriving: Arriving,
  options: Partial<AgentOptions> = {},
): { b: Party; net: Net; lines: string[]; p: Puppet } {
  const net = new Net();
  const b = new Party(net, 'b', options);
  const p = new Puppet(net, 'p');
  p.send('b', fromPuppet(method, arriving));
  net.advance(50);
  return { b, net, lines: net.ladder().slice(1), p };
}

describe('bodies (RFC 5621)', () => {
  const multipart = (type: string, ...parts: string[]): Arriving => ({
    headers: [['Content-Type', `${type};boundary="b 1"`]],
    body: [...parts.map((part) => `--b 1\r\n${part}`), '--b 1--', 'epilogue'].join('\r\n'),
  });
  const offer = 'Content-Type: application/sdp\r\n\r\nv=0\r\no=offer\r\n';
  const isup =
    'Content-Type: application/isup;version=itu\r\nContent-Disposition: signal;handling=optional\r\n\r\n\x01\xff';

  it('the session description is found in multipart/mixed', () => {
    const { b, net } = answered('INVITE', multipart('multipart/mixed', isup, offer));
    assert.deepEqual(b.told, ['invited v=0\r\no=offer\r\n']);
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('and in a part of a part', () => {
    const inner = ['Content-Type: multipart/alternative;boundary=i', '', '--i', offer, '--i--'].join('\r\n');
    const { b } = answered('INVITE', multipart('Multipart/Mixed', isup, inner));
    assert.deepEqual(b.told, ['invited v=0\r\no=offer\r\n']);
    b.session.hangup();
  });

  it('a part that must be handled and cannot be gets 415', () => {
    const must = 'Content-Type: application/isup\r\n\r\nx';
    const { net, lines, b } = answered('INVITE', multipart('multipart/mixed', must, offer));
    assert.deepEqual([lines, b.told], [['b 415 INVITE'], []]);
    assert.equal(net.response('b 415 INVITE').headers.get('Accept'), 'application/sdp, multipart/mixed');
    assert.deepEqual(net.quiet(), {});
  });

  it('without a boundary, or without a part, gets 415', () => {
    for (const type of ['multipart/mixed', 'multipart/mixed;boundary=z']) {
      const arriving = { headers: [['Content-Type', type]], body: 'nothing' } as const;
      assert.deepEqual(answered('INVITE', arriving).lines, ['b 415 INVITE']);
    }
  });

  it('encrypted gets 493 (RFC 3261 §21.4.30)', () => {
    const headers: Field[] = [['Content-Type', 'application/pkcs7-mime; smime-type=enveloped-data']];
    assert.deepEqual(answered('INVITE', { headers, body: 'secret' }).lines, ['b 493 INVITE']);
  });

  it('compressed gets 415 with Accept-Encoding', () => {
    const headers: Field[] = [
      ['Content-Type', 'application/sdp'],
      ['Content-Encoding', 'gzip'],
    ];
    const { net, lines } = answered('INVITE', { headers, body: 'zipped' });
    assert.deepEqual(lines, ['b 415 INVITE']);
    assert.equal(net.response('b 415 INVITE').headers.get('Accept-Encoding'), 'identity');
  });

  it('in a request beyond the limit get 513', () => {
    const limits = { octets: 1000 };
    const headers: Field[] = [['Content-Type', 'application/sdp']];
    assert.deepEqual(answered('INVITE', { headers, body: 'x'.repeat(1000) }, { limits }).lines, ['b 513 INVITE']);
    assert.deepEqual(answered('OPTIONS', { headers: [['X-Long', 'x'.repeat(1000)]] }, { limits }).lines, [
      'b 513 OPTIONS',
    ]);
    assert.deepEqual(answered('OPTIONS', {}, { limits }).lines, ['b 200 OPTIONS']);
  });
});

describe('extensions (RFC 3261 §21.4.15, §21.4.16)', () => {
  it('that are required and not known get 420 with Unsupported', () => {
    const { net, lines } = answered('INVITE', { headers: [['Require', '100rel, foo']] }, able);
    assert.deepEqual(lines, ['b 420 INVITE']);
    assert.equal(net.response('b 420 INVITE').headers.get('Unsupported'), 'foo');
  });

  it('that we cannot do without get 421 with Require', () => {
    const demanding = { ...able, demanded: ['100rel', 'timer'] };
    const { net, lines } = answered('INVITE', { headers: [['Supported', 'timer']] }, demanding);
    assert.deepEqual(lines, ['b 421 INVITE']);
    assert.equal(net.response('b 421 INVITE').headers.get('Require'), '100rel');
    const { b } = answered('INVITE', { headers: [['k', '100rel, timer']] }, demanding);
    assert.deepEqual(b.told, ['invited']);
    b.session.hangup();
  });
});

describe('a refused description (RFC 3261 §20.43)', () => {
  it('says why in a Warning; what the owner says comes first', () => {
    const { b, net } = answered('INVITE', {});
    b.session.reject(488, 'Not Acceptable Here');
    assert.equal(net.response('b 488 INVITE').headers.get('Warning'), '305 b:5060 "Incompatible media format"');
    const { b: other, net: its } = answered('INVITE', {});
    other.session.reject(488, 'Not Acceptable Here', [['Warning', '304 b "Media type not available"']]);
    assert.deepEqual(its.response('b 488 INVITE').headers.lines('Warning'), ['304 b "Media type not available"']);
    const { b: busy, net: busyNet } = answered('INVITE', {});
    busy.session.reject(486, 'Busy Here');
    assert.equal(busyNet.response('b 486 INVITE').headers.has('Warning'), false);
  });
});

describe('how many calls an agent takes', () => {
  it('is limited; those above get 503 with Retry-After, and there is room again after the first ends', () => {
    const net = new Net();
    const b = new Party(net, 'b', { limits: { sessions: 1 } });
    const callers = ['x', 'y', 'z'].map((name) => new Party(net, name));
    callers[0]?.call('b');
    net.advance(50);
    callers[1]?.call('b');
    net.advance(50);
    assert.deepEqual(callers[1]?.told, ['rejected 503 Service Unavailable']);
    const retry = Number(net.response('b 503 INVITE').headers.get('Retry-After'));
    assert.ok(retry >= 10 && retry <= 30);
    callers[0]?.session.cancel();
    net.advance(50);
    callers[2]?.call('b');
    net.advance(50);
    assert.equal(b.told.at(-1), 'invited offer');
    callers[2]?.session.cancel();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('hops (RFC 3261 §16.6)', () => {
  it('are what the INVITE has left, less one', () => {
    for (const [value, left] of [
      ['70', 69],
      ['1', 0],
      ['0', -1],
    ] as const) {
      const { b } = answered('INVITE', { headers: [['Max-Forwards', value]] });
      assert.equal(b.session.hopsLeft, left);
      b.session.hangup();
    }
    assert.equal(answered('INVITE', {}).b.session.hopsLeft, 69);
  });
});

describe('INFO packages (RFC 6086)', () => {
  const packages = { infoPackages: ['dtmf', 'g.3gpp.x'] };

  it('are told in INVITE and 200; INFO of another one gets 469 with Recv-Info, of none is of the old kind', () => {
    const { net, a, b } = talking(new Net(), packages);
    assert.deepEqual([...a.session.remoteInfo], ['dtmf', 'g.3gpp.x']);
    assert.deepEqual([...b.session.remoteInfo], ['dtmf', 'g.3gpp.x']);
    a.session.request('INFO', { headers: [['Info-Package', 'DTMF;v=1']] }, a.note('known'));
    a.session.request('INFO', { headers: [['Info-Package', 'other']] }, a.note('other'));
    a.session.request(
      'INFO',
      { headers: [['Content-Type', 'application/dtmf-relay']], body: sdp('Signal=1') },
      a.note('old'),
    );
    net.advance(50);
    assert.deepEqual(a.told, ['known 200', 'other 469', 'old 200']);
    assert.deepEqual(b.told, ['requested INFO', 'requested INFO']);
    assert.equal(net.response('b 469 INFO').headers.get('Recv-Info'), 'dtmf, g.3gpp.x');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('an INVITE that expires (RFC 3261 §13.2.1, §13.3.1)', () => {
  it('is answered 487 by the callee', () => {
    const { b, net } = answered('INVITE', { headers: [['Expires', '20']] });
    b.session.progress(180, 'Ringing');
    net.advance(20_000);
    assert.deepEqual(net.times('b 487 INVITE'), [20_010]);
    assert.deepEqual(b.told, ['invited', 'ended none']);
    net.quiet();
  });

  it('is cancelled by the caller', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const p = new Puppet(net, 'p');
    p.answers = (message) => {
      if (message.kind !== 'request') return [];
      if (message.method === 'INVITE') return [responseTo(message, 180, { toTag: 't' })];
      return message.method === 'CANCEL'
        ? [responseTo(message, 200), responseTo(p.last('INVITE'), 487, { toTag: 't' })]
        : [];
    };
    a.call('p', 'offer', { headers: [['Expires', '20']] });
    net.advance(30_000);
    assert.deepEqual(net.times('a CANCEL'), [20_000]);
    assert.deepEqual(a.told, ['progress 180', 'ended none']);
    assert.deepEqual(net.quiet(), {});
  });

  it('does no harm once it is answered', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b', 'offer', { headers: [['Expires', '20']] });
    net.advance(60_000);
    assert.deepEqual([a.session.state, b.session.state], ['up', 'up']);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('a challenge inside a dialog (RFC 3261 §22.2)', () => {
  const authorize: AgentOptions['authorize'] = (challenge, { method }, before) =>
    before ? undefined : [challenge.status === 401 ? 'Authorization' : 'Proxy-Authorization', `Digest for ${method}`];

  it('is answered once by the owner’s hook, whatever the request', () => {
    const net = new Net();
    const a = new Party(net, 'a', { ...able, authorize });
    const p = new Puppet(net, 'p');
    const contact: Field[] = [
      ['Contact', '<sip:p@p>'],
      ['Allow', 'INVITE, ACK, BYE, UPDATE, INFO'],
      ['Content-Type', 'application/sdp'],
    ];
    p.answers = (message) => {
      if (message.kind !== 'request' || message.method === 'ACK') return [];
      const known = message.toTag === '' || message.headers.has('Proxy-Authorization');
      return [responseTo(message, known ? 200 : 407, { toTag: 'p', headers: contact, body: sdp('answer') })];
    };
    a.call('p');
    net.advance(50);
    a.session.request('INFO', {}, a.note('info'));
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    a.session.update(sdp('more'), [], a.note('update'));
    net.advance(200);
    assert.deepEqual(a.told, ['accepted 200 answer', 'info 200', 'reinvite 200', 'update 200']);
    assert.equal(p.last('ACK').headers.get('Proxy-Authorization'), 'Digest for INVITE');
    assert.equal(p.last('UPDATE').headers.get('Proxy-Authorization'), 'Digest for UPDATE');
    a.session.bye();
    net.advance(200);
    assert.equal(net.times('a BYE').length, 2);
    assert.equal(p.last('BYE').headers.get('Proxy-Authorization'), 'Digest for BYE');
    const numbers = p.heard.flatMap((one) => (one.kind === 'request' && one.method !== 'ACK' ? [one.cseq.number] : []));
    assert.deepEqual(
      numbers,
      numbers.toSorted((x, y) => x - y),
    );
    assert.deepEqual(net.quiet(), {});
  });

  it('that comes again is the result', () => {
    const net = new Net();
    const a = new Party(net, 'a', { authorize });
    const p = new Puppet(net, 'p');
    p.answers = (message) =>
      message.kind === 'request' && message.method !== 'ACK'
        ? [
            responseTo(message, message.toTag === '' || message.method === 'BYE' ? 200 : 401, {
              toTag: 'p',
              headers: [['Contact', '<sip:p@p>']],
            }),
          ]
        : [];
    a.call('p');
    net.advance(50);
    a.session.request('INFO', {}, a.note('info'));
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    net.advance(200);
    assert.deepEqual(a.told.slice(1).toSorted(), ['info 401', 'reinvite 401']);
    assert.equal(a.session.state, 'up');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('why a session ended (RFC 3326)', () => {
  it('goes with CANCEL and BYE, and reaches the other side', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    a.call('b');
    net.advance(50);
    a.session.cancel([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
    net.advance(50);
    assert.equal(net.request('a CANCEL').headers.get('Reason'), 'SIP;cause=200;text="Call completed elsewhere"');
    assert.equal(b.told.at(-1), 'ended remote CANCEL');
    assert.deepEqual(net.quiet(), {});
  });

  it('is said when nobody acknowledged the call', () => {
    const net = new Net();
    net.lose = ({ what }) => what === 'a ACK';
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b');
    net.advance(33_000);
    assert.equal(net.request('b BYE').headers.get('Reason'), 'SIP;cause=408;text="No ACK"');
    assert.equal(latin1(net.request('b BYE').body), '');
    assert.deepEqual(net.quiet(), {});
  });
});
