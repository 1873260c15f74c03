import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../kernel/index.ts';
import { type Malformed, type Message, type Parsed, parse, print, type Request, responseTo } from './index.ts';

const INVITE = [
  'INVITE sip:bob@biloxi.example.com SIP/2.0',
  'Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9, SIP/2.0/UDP 192.0.2.4',
  'Max-Forwards: 70',
  'From: "Alice" <sip:alice@atlanta.example.com>;tag=9fxced76sl',
  'To: Bob <sip:bob@biloxi.example.com>',
  'Call-ID: 3848276298220188511@atlanta.example.com',
  'CSeq: 1 INVITE',
  'Contact: <sip:alice@client.atlanta.example.com;transport=tcp>',
  'Subject: I know you are there,',
  '  pick up',
  '\tthe phone',
  'Content-Type: application/sdp',
  'Content-Length: 5',
];
const RINGING = [
  'SIP/2.0 180 Ringing',
  'v: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9;received=192.0.2.101',
  'f: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl',
  't: Bob <sip:bob@biloxi.example.com>;tag=8321234356',
  'i: 3848276298220188511@atlanta.example.com',
  'CSeq: 1 INVITE',
  'm: <sip:bob@client.biloxi.example.com;transport=tcp>',
  'l: 0',
];

function wire(lines: readonly string[], body = 'v=0\r\n'): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function parseText(text: string): Parsed {
  return parse(fromLatin1(text));
}

/** The INVITE with the line of that name replaced; '' takes it away. */
function invite(name: string, line: string, body?: string): Parsed {
  return parseText(
    wire(
      INVITE.flatMap((old) => (old.startsWith(name) ? (line === '' ? [] : [line]) : [old])),
      body,
    ),
  );
}

function good(parsed: Parsed): Message {
  assert.ok(parsed.kind !== 'malformed', JSON.stringify(parsed));
  return parsed;
}

function request(parsed: Parsed): Request {
  const message = good(parsed);
  assert.ok(message.kind === 'request');
  return message;
}

function refused(parsed: Parsed): Malformed {
  assert.ok(parsed.kind === 'malformed');
  return parsed;
}

/** All that a message says, but for Content-Length, which printing makes. */
function content(message: Message): unknown {
  return {
    start: message.kind === 'request' ? [message.method, message.uriText] : [message.status, message.reasonPhrase],
    lines: [...message.headers].filter(([name]) => !['content-length', 'l'].includes(name.toLowerCase())),
    body: [...message.body],
  };
}

/** What the contract promises of every message that parse lets through. */
function holds(message: Message): void {
  const { via, from, to, cseq } = message;
  assert.ok(via.host !== '' && via.transport !== '');
  assert.ok(from.uri.scheme !== '' && from.uri.host !== '' && to.uri.scheme !== '' && to.uri.host !== '');
  assert.equal(from.params.get('tag') ?? '', message.fromTag);
  assert.equal(to.params.get('tag') ?? '', message.toTag);
  assert.ok(message.callId !== '' && !/[\r\n ]/.test(message.callId));
  assert.ok(Number.isInteger(cseq.number) && cseq.number >= 0 && cseq.number < 2 ** 31 && cseq.method !== '');
  assert.equal(message.contacts.length, message.contactStar ? 0 : message.headers.list('contact').length);
  for (const [name, value] of message.headers) assert.ok(name !== '' && !/[\r\n]/.test(name + value));
  if (message.kind === 'request') {
    assert.equal(cseq.method, message.method);
    assert.ok(message.uri.scheme !== '' && message.uri.host !== '');
  } else {
    assert.ok(message.status >= 100 && message.status < 700);
  }
}

/** Whatever comes out of parse keeps its promises, and prints to what reads the same. */
function sound(bytes: Uint8Array): void {
  const parsed = parse(bytes);
  if (parsed.kind !== 'malformed') {
    holds(parsed);
    const again = good(parse(print(parsed)));
    assert.deepEqual(content(again), content(parsed));
    assert.deepEqual(print(again), print(parsed));
  } else if (parsed.answerWith !== undefined) {
    assert.ok(parsed.request !== undefined && parsed.request.method !== 'ACK');
    const { uri, via, from, to, cseq, contacts } = parsed.request;
    assert.ok(via.host !== '' && [uri, from, to, cseq, contacts].every((field) => field !== undefined));
    const text = latin1(print(responseTo(parsed.request, parsed.answerWith, { toTag: 'x' })));
    assert.ok(text.endsWith('\r\nContent-Length: 0\r\n\r\n'));
  }
}

test('random octets do no harm', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), sound));
});

test('mutated messages do no harm', () => {
  const seed = fc.constantFrom(wire(INVITE), wire(RINGING, ''));
  const scrap = fc.oneof(
    fc.constantFrom(
      '\r\n',
      '\r',
      '\n',
      '\r\n ',
      ':',
      ';',
      ',',
      '<',
      '>',
      '"',
      '\\',
      '%',
      ' ',
      '\0',
      '=',
      '@',
      '[',
      'SIP/2.0',
      '*',
      '',
    ),
    fc.constantFrom(
      'Contact: *\r\n',
      'Via: ',
      'l: 3\r\n',
      'CSeq: 1 ACK\r\n',
      ';tag=1',
      'sip:x@y',
      '99999999999999999999',
    ),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 6 }),
  );
  const cuts = fc.array(fc.tuple(fc.nat(900), fc.nat(12), scrap), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(seed, cuts, (text, edits) => {
      const mutated = edits.reduce((now, [at, gone, put]) => now.slice(0, at) + put + now.slice(at + gone), text);
      sound(fromLatin1(mutated));
    }),
    { numRuns: 3000 },
  );
});

test('lines of all kinds do no harm', () => {
  const line = fc.constantFrom(
    ...INVITE,
    ...RINGING,
    '',
    ' folded',
    'Contact: *',
    'm: <sip:a@b>, "c" <sip:d@e>',
    'x',
    'CSeq: 1 BYE',
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => sound(fromLatin1(wire(lines, 'body')))),
    { numRuns: 500 },
  );
});

test('a request, typed', () => {
  const message = request(parseText(wire(INVITE)));
  assert.equal(message.uri.user, 'bob');
  assert.equal(message.via.branch, 'z9hG4bK74bf9');
  assert.equal(message.via.port, 5060);
  assert.equal(message.headers.list('Via').length, 2);
  assert.equal(message.headers.lines('via').length, 1);
  assert.equal(message.from.display, 'Alice');
  assert.equal(message.fromTag, '9fxced76sl');
  assert.equal(message.toTag, '');
  assert.equal(message.headers.get('s'), 'I know you are there, pick up the phone');
  assert.equal(message.contacts[0]?.uri.params.get('transport'), 'tcp');
  assert.equal(latin1(message.body), 'v=0\r\n');
  assert.equal(message.headers.size, 10);
});

test('a response in compact form, typed', () => {
  const message = good(parseText(wire(RINGING, '')));
  assert.ok(message.kind === 'response');
  assert.equal(message.status, 180);
  assert.equal(message.reasonPhrase, 'Ringing');
  assert.equal(message.toTag, '8321234356');
  assert.equal(message.contacts.length, 1);
  assert.ok(latin1(print(message)).includes('\r\nl: 0\r\n'));
});

test('printing keeps what was read, unfolded', () => {
  const text = latin1(print(good(parseText(wire(INVITE)))));
  assert.equal(text, wire(INVITE).replace('\r\n  pick', ' pick').replace('\r\n\tthe', ' the'));
});

test('a trailing octet of UTF-8 that looks like a space to JavaScript stays (à is C3 A0)', () => {
  const message = request(invite('Call-ID', 'Call-ID: 1\r\nOrganization: voil\u00c3\u00a0 '));
  assert.equal(message.headers.get('organization'), 'voil\u00c3\u00a0');
});

test('RFC 3261 §7.5: CRLFs before the start line are skipped; alone they are nothing', () => {
  assert.equal(good(parseText(`\r\n\r\n${wire(INVITE)}`)).kind, 'request');
  assert.equal(refused(parseText('\r\n\r\n')).answerWith, undefined);
  assert.equal(refused(parse(new Uint8Array(0))).answerWith, undefined);
});

test('RFC 3261 §18.3: the body is as long as Content-Length says', () => {
  assert.equal(latin1(good(parseText(wire(INVITE, 'v=0\r\nmore'))).body), 'v=0\r\n');
  assert.equal(refused(parseText(wire(INVITE, 'v=0'))).answerWith, 400);
  assert.equal(latin1(good(invite('Content-Length', '', 'all of it')).body), 'all of it');
  for (const length of ['-1', '1e1', '', '5, 5', '99999999999999999999']) {
    assert.equal(refused(invite('Content-Length', `Content-Length: ${length}`)).answerWith, 400, length);
  }
});

test('the body is a copy: a reused buffer does not change the message', () => {
  const bytes = fromLatin1(wire(INVITE));
  const message = good(parse(bytes));
  bytes.fill(0);
  assert.equal(latin1(message.body), 'v=0\r\n');
  assert.equal(message.callId, '3848276298220188511@atlanta.example.com');
});

test('mandatory fields: missing ones that an answer needs leave nothing to answer', () => {
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq'])
    assert.equal(refused(invite(name, '')).answerWith, undefined, name);
  good(invite('Max-Forwards', ''));
  good(invite('Contact', ''));
});

test('RFC 3261 §25.1: white space around the slashes of a Via', () => {
  for (const protocol of ['SIP/2.0/UDP', 'SIP/2.0/ UDP', 'SIP / 2.0 / UDP'])
    assert.equal(good(invite('Via', `Via: ${protocol} h;branch=a`)).via.transport, 'UDP', protocol);
});

test('mandatory fields: broken ones are answered with 400', () => {
  for (const line of [
    'From: <sip:alice@atlanta.example.com',
    'From: nobody',
    'To: "Bob <sip:bob@biloxi.example.com>',
    'Call-ID: two words',
    'CSeq: 1 BYE',
    'CSeq: 2147483648 INVITE',
    'CSeq: -1 INVITE',
    'CSeq: INVITE',
    'Max-Forwards: 256',
    'Max-Forwards: many',
    'Max-Forwards: 70\r\nMax-Forwards: 70',
    'Contact: bob',
    'Contact: *, <sip:a@b>',
    'Contact: <sip:a@b>,,<sip:c@d>',
    'Via: SIP/2.0/UDP h;branch=a,,SIP/2.0/UDP i',
    `Contact: ${'<sip:a@b>,'.repeat(256)}<sip:a@b>`,
    'Via: SIP/2.0/UDP h;branch=a\r\nVia: ,SIP/2.0/UDP i',
    'CSeq: 1 INVITE\r\nCSeq: 2 INVITE',
    'To: <sip:a@b>\r\nt: <sip:a@b>',
    'Subject: x\r\nno header',
    'Subject: x\r\n: no name',
    'Subject: x\r\nbad name: x',
    'Subject: bare\rreturn',
    'Subject: bare\nfeed',
  ]) {
    const malformed = refused(invite(line.slice(0, line.indexOf(':')), line));
    assert.equal(malformed.answerWith, 400, line);
    assert.equal(malformed.request?.method, 'INVITE');
  }
  good(invite('CSeq', 'CSeq: 2147483647 INVITE'));
  assert.ok(good(invite('Contact', 'Contact: *')).contactStar);
  assert.deepEqual(good(invite('Contact', 'Contact: *')).contacts, []);
});

test('a malformed ACK is not answered; a malformed response neither', () => {
  const ack = INVITE.map((line) => line.replace('INVITE', 'ACK')).filter((line) => !line.startsWith('CSeq'));
  assert.equal(refused(parseText(wire([...ack, 'CSeq: 1 BYE']))).answerWith, undefined);
  assert.equal(refused(parseText(wire(RINGING.slice(0, -3)))).answerWith, undefined);
});

test('another version is 505', () => {
  assert.equal(refused(invite('INVITE', 'INVITE sip:bob@biloxi.example.com SIP/3.0')).answerWith, 505);
  good(invite('INVITE', 'INVITE sip:bob@biloxi.example.com sip/2.0'));
  assert.equal(refused(parseText(wire(['SIP/3.0 200 OK', ...RINGING.slice(1)], ''))).answerWith, undefined);
});

test('a start line that hides another one is refused', () => {
  assert.equal(
    refused(parseText(wire(['SIP/2.0 180 Ringing\nVia: x', ...RINGING.slice(1)], ''))).answerWith,
    undefined,
  );
  assert.equal(refused(invite('INVITE', 'INVITE sip:bob@b.org\nX: y SIP/2.0')).answerWith, undefined);
});

test('what is too large is 413', () => {
  const many = Array.from({ length: 300 }, (_, at) => `X-${at}: y`);
  assert.equal(refused(parseText(wire([...INVITE, ...many]))).answerWith, 413);
  good(parseText(wire([...INVITE, ...many.slice(0, 245)])));
  const body = 'x'.repeat(65_535);
  const long = INVITE.map((line) => line.replace('Content-Length: 5', 'Content-Length: 65535'));
  assert.equal(refused(parseText(wire(long, body))).answerWith, 413);
  const line = `X: ${'y'.repeat(70_000)}`;
  assert.equal(refused(parseText(wire([...INVITE, line]))).answerWith, 413);
});

test('other protocols are nothing to us', () => {
  for (const text of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0\0\0\0', '\u0016\u0003\u0001\u0002\0', 'hello']) {
    assert.equal(refused(parseText(text)).request, undefined);
  }
});
