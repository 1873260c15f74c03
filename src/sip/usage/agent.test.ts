import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Field, type Request, request } from '../message/index.ts';
import { flow, Net, Party, Puppet, sdp, talking } from './kit.test.ts';

interface Arriving {
  readonly uri?: string;
  readonly to?: string;
  readonly from?: string;
  readonly cseq?: number;
  readonly callId?: string;
  readonly headers?: readonly Field[];
  readonly body?: string;
}

let branches = 0;

function arriving(method: string, options: Arriving = {}): Request {
  const { uri = 'sip:b@b', to = '<sip:b@home>', from = '<sip:p@home>;tag=p', cseq = 1, callId = 'c1' } = options;
  branches += 1;
  const headers: Field[] = [
    ['Via', `SIP/2.0/UDP p:5060;branch=z9hG4bK-${branches}`],
    ['From', from],
    ['To', to],
    ['Call-ID', callId],
    ['CSeq', `${cseq} ${method}`],
    ...(options.headers ?? [['Contact', '<sip:p@p>']]),
  ];
  return request({ method, uri, headers, body: sdp(options.body ?? '') });
}

/** What the agent answers to that request, without 100. */
function answers(method: string, options: Arriving = {}): { b: Party; lines: string[]; net: Net } {
  const net = new Net();
  const b = new Party(net, 'b');
  const p = new Puppet(net, 'p');
  p.send('b', arriving(method, options));
  net.advance(50);
  return { b, net, lines: net.ladder().slice(1) };
}

describe('requests outside dialogs (RFC 3261 §8.2)', () => {
  it('of a method that is not allowed get 405 with Allow', () => {
    const { b, net, lines } = answers('PUBLISH');
    assert.deepEqual(lines, ['b 405 PUBLISH']);
    const { headers, toTag } = net.response('b 405 PUBLISH');
    assert.equal(headers.get('Allow'), 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, MESSAGE');
    assert.notEqual(toTag, '');
    assert.deepEqual(b.told, []);
    assert.deepEqual(net.quiet(), {});
  });

  it('of an allowed method are the owner’s', () => {
    const { b, lines, net } = answers('MESSAGE', { headers: [['Content-Type', 'text/plain']], body: 'hello' });
    assert.deepEqual([lines, b.told], [['b 200 MESSAGE'], ['requested MESSAGE']]);
    assert.equal(net.response('b 200 MESSAGE').headers.has('Contact'), false);
    assert.deepEqual(net.quiet(), {});
  });

  it('that the owner fails at get 500, and the fault is counted', () => {
    const net = new Net();
    const b = new Party(net, 'b');
    b.requested = () => {
      throw new Error('a mistake');
    };
    new Puppet(net, 'p').send('b', arriving('MESSAGE'));
    net.advance(50);
    assert.deepEqual(net.ladder().slice(1), ['b 500 MESSAGE']);
    assert.equal(net.faults.length, 1);
    assert.deepEqual(net.quiet(), {});
  });

  it('that require what we do not understand get 420 with Unsupported', () => {
    const { b, net, lines } = answers('INVITE', {
      headers: [
        ['Contact', '<sip:p@p>'],
        ['Require', '100rel, replaces'],
      ],
    });
    assert.deepEqual(lines, ['b 420 INVITE']);
    assert.equal(net.response('b 420 INVITE').headers.get('Unsupported'), '100rel, replaces');
    assert.deepEqual(b.told, []);
    assert.deepEqual(net.quiet(), {});
  });

  it('that describe a session in another language get 415 with Accept', () => {
    const headers: Field[] = [
      ['Contact', '<sip:p@p>'],
      ['Content-Type', 'application/pidf+xml'],
    ];
    const { net, lines } = answers('INVITE', { headers, body: '<presence/>' });
    assert.deepEqual(lines, ['b 415 INVITE']);
    assert.equal(net.response('b 415 INVITE').headers.get('Accept'), 'application/sdp, multipart/mixed');
    const optional = answers('INVITE', {
      headers: [...headers, ['Content-Disposition', 'session;handling=optional']],
      body: '<presence/>',
    });
    assert.deepEqual(optional.b.told, ['invited']);
    optional.b.session.hangup();
    assert.deepEqual(optional.net.quiet(), {});
  });

  it('take SDP whatever its type is written like', () => {
    const headers: Field[] = [
      ['Contact', '<sip:p@p>'],
      ['c', 'Application/SDP;charset=utf-8'],
    ];
    const { b, net } = answers('INVITE', { headers, body: 'offer' });
    assert.deepEqual(b.told, ['invited offer']);
    b.session.hangup();
    assert.deepEqual(net.quiet(), {});
  });

  it('to a scheme we do not speak get 416', () => {
    assert.deepEqual(answers('INVITE', { uri: 'mailto:b@b' }).lines, ['b 416 INVITE']);
    assert.deepEqual(answers('OPTIONS', { uri: 'tel:+4930123' }).lines, ['b 200 OPTIONS']);
  });

  it('an INVITE without Contact gets 400', () => {
    const { net, lines, b } = answers('INVITE', { headers: [] });
    assert.deepEqual([lines, b.told], [['b 400 INVITE'], []]);
    assert.deepEqual(net.quiet(), {});
  });

  it('BYE, INFO and UPDATE get 481', () => {
    for (const method of ['BYE', 'INFO', 'UPDATE']) assert.deepEqual(answers(method).lines, [`b 481 ${method}`]);
  });
});

describe('requests with a To tag that match no dialog (§12.2.2)', () => {
  it('get 481', () => {
    for (const method of ['INVITE', 'BYE', 'INFO', 'OPTIONS', 'MESSAGE']) {
      const { b, lines, net } = answers(method, { to: '<sip:b@home>;tag=unknown' });
      assert.deepEqual([lines, b.told], [[`b 481 ${method}`], []]);
      assert.deepEqual(net.quiet(), {});
    }
  });

  it('ACK is dropped', () => {
    assert.deepEqual(answers('ACK', { to: '<sip:b@home>;tag=unknown' }).lines, []);
  });
});

describe('requests inside a dialog', () => {
  it('with a CSeq that is too low get 500 (§12.2.2)', () => {
    const { net, a, b } = talking();
    const p = new Puppet(net, 'p');
    const { callId, localTag, remoteTag } = b.session;
    const inside = { to: `<sip:b@home>;tag=${localTag}`, from: `<sip:a@home>;tag=${remoteTag}`, callId };
    p.send('b', arriving('INFO', { ...inside, cseq: 7 }));
    p.send('b', arriving('INFO', { ...inside, cseq: 6 }));
    net.advance(50);
    assert.deepEqual(net.ladder().slice(-2), ['b 200 INFO', 'b 500 INFO']);
    assert.deepEqual(b.told, ['requested INFO']);
    b.session.bye();
    assert.deepEqual(net.quiet(), {});
    assert.equal(a.session.state, 'ended');
  });

  it('OPTIONS is answered with what we can do (§11.2)', () => {
    const { net, a, b } = talking();
    a.session.request('OPTIONS', {}, a.note('options'));
    net.advance(50);
    const { headers } = net.response('b 200 OPTIONS');
    assert.match(headers.get('Allow') ?? '', /UPDATE/);
    assert.equal(headers.get('Accept'), 'application/sdp, multipart/mixed');
    assert.deepEqual([a.told, b.told], [['options 200'], []]);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('of any other method that is allowed is the owner’s', () => {
    const { net, a, b } = talking();
    a.session.request('MESSAGE', {}, a.note('message'));
    net.advance(50);
    assert.deepEqual([a.told, b.told], [['message 200'], ['requested MESSAGE']]);
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('of a method that is not allowed gets 405 with Allow (§8.2.1)', () => {
    const { net, a, b } = talking();
    a.session.request('REFER', { headers: [['Refer-To', '<sip:c@home>']] }, a.note('refer'));
    net.advance(50);
    assert.deepEqual([a.told, b.told], [['refer 405'], []]);
    assert.match(net.response('b 405 REFER').headers.get('Allow') ?? '', /^INVITE, ACK/);
    assert.equal(net.request('a REFER').headers.get('Contact'), '<sip:a@a:5060>');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });

  it('count up by one, whatever they are', () => {
    const { net, a, b } = talking();
    b.onReoffered = (reoffer) => reoffer.accept(sdp('fine'));
    a.session.request('INFO', {}, a.note('info'));
    a.session.reinvite(sdp('hold'), [], a.note('reinvite'));
    a.session.request('OPTIONS', {}, a.note('options'));
    net.advance(100);
    a.session.bye();
    const numbers = net.seen
      .filter(({ message, from }) => from === 'a' && message.kind === 'request' && message.method !== 'ACK')
      .map(({ message }) => message.cseq.number);
    assert.deepEqual(numbers, [2, 3, 4, 5]);
    assert.equal(net.request('a ACK').cseq.number, 3);
    assert.deepEqual(net.quiet(), {});
  });

  it('take the flow that the next hop asks for', () => {
    const net = new Net();
    const hops: string[] = [];
    const a = new Party(net, 'a', {
      nextHop: (uri, current) => {
        hops.push(uri.host);
        return uri.host === 'elsewhere' ? flow('a', 'elsewhere') : current;
      },
    });
    const b = new Party(net, 'b', { contact: () => 'sip:b@elsewhere' });
    net.attach('elsewhere', b.stack.listener);
    b.onInvited = (session) => session.accept(sdp('answer'));
    a.call('b');
    net.advance(100);
    assert.deepEqual(hops, ['elsewhere']);
    assert.equal(b.session.state, 'up');
    a.session.bye();
    assert.deepEqual(net.quiet(), {});
  });
});

describe('a request of ours outside dialogs', () => {
  it('tells its final response once', () => {
    const net = new Net();
    const a = new Party(net, 'a');
    const b = new Party(net, 'b');
    const who = { from: '<sip:a@home>', to: '<sip:b@home>' };
    const to = { requestUri: 'sip:b@b', flow: flow('a', 'b'), route: ['<sip:b;lr>'] };
    a.stack.agent.request(
      'MESSAGE',
      to,
      who,
      { callId: 'mine', cseq: 9, fromTag: 'tag', body: sdp('hi'), headers: [['Content-Type', 'text/plain']] },
      a.note('message'),
    );
    a.stack.agent.request('PUBLISH', to, who, {}, a.note('publish'));
    a.stack.agent.request('OPTIONS', { ...to, flow: flow('a', 'nowhere') }, who, {}, a.note('options'));
    assert.deepEqual(net.quiet(), {});
    assert.deepEqual(a.told, ['message 200', 'publish 405', 'options 408']);
    assert.deepEqual(b.told, ['requested MESSAGE']);
    const sent = net.request('a MESSAGE');
    assert.deepEqual([sent.callId, sent.cseq.number, sent.fromTag], ['mine', 9, 'tag']);
    assert.deepEqual(sent.headers.list('Route'), ['<sip:b;lr>']);
    assert.equal(sent.headers.has('Contact'), false);
  });
});
