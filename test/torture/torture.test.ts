import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Message, type Parsed, parse, print, responseTo } from '../../src/sip/message/index.ts';

interface Case {
  readonly file: string;
  readonly section: string;
  readonly class: string;
}

/**
 * What the message layer does with each message: `request` and `response` are accepted (what upper layers then answer stands
 * beside), a number is what a malformed request is answered with, `dropped` gets no answer.
 */
type Expected = 'request' | 'response' | 'dropped' | 400 | 505;

const RFC4475: Readonly<Record<string, Expected>> = {
  'wsinv.dat': 'request', // 3.1.1.1
  'intmeth.dat': 'request', // 3.1.1.2, above: 501
  'esc01.dat': 'request', // 3.1.1.3
  'escnull.dat': 'request', // 3.1.1.4
  'esc02.dat': 'request', // 3.1.1.5, above: 501
  'lwsdisp.dat': 'request', // 3.1.1.6
  'longreq.dat': 'request', // 3.1.1.7
  'dblreq.dat': 'request', // 3.1.1.8, octets behind the body dropped
  'semiuri.dat': 'request', // 3.1.1.9
  'transports.dat': 'request', // 3.1.1.10
  'mpart01.dat': 'request', // 3.1.1.11
  'unreason.dat': 'response', // 3.1.1.12
  'noreason.dat': 'response', // 3.1.1.13
  'badinv01.dat': 400, // 3.1.2.1
  'clerr.dat': 400, // 3.1.2.2, as a datagram
  'ncl.dat': 400, // 3.1.2.3
  'scalar02.dat': 400, // 3.1.2.4
  'scalarlg.dat': 'dropped', // 3.1.2.5, a response
  'quotbal.dat': 400, // 3.1.2.6
  'ltgtruri.dat': 400, // 3.1.2.7
  'lwsruri.dat': 400, // 3.1.2.8
  'lwsstart.dat': 400, // 3.1.2.9
  'trws.dat': 400, // 3.1.2.10
  'escruri.dat': 400, // 3.1.2.11
  'baddate.dat': 'request', // 3.1.2.12, Date matters to nobody here
  'regbadct.dat': 400, // 3.1.2.13
  'badaspec.dat': 400, // 3.1.2.14
  'baddn.dat': 400, // 3.1.2.15
  'badvers.dat': 505, // 3.1.2.16
  'mismatch01.dat': 400, // 3.1.2.17
  'mismatch02.dat': 400, // 3.1.2.18, 501 would be as good
  'bigcode.dat': 'dropped', // 3.1.2.19, a response
  'badbranch.dat': 'request', // 3.2.1, above: matched as RFC 2543 has it, or 400
  'insuf.dat': 'dropped', // 3.3.1, nothing there to build a 400 from
  'unkscm.dat': 'request', // 3.3.2, above: 416
  'novelsc.dat': 'request', // 3.3.3, above: 416
  'unksm2.dat': 'request', // 3.3.4, above: 400 of the registrar
  'bext01.dat': 'request', // 3.3.5, above: 420
  'invut.dat': 'request', // 3.3.6, above: 415
  'regaut01.dat': 'request', // 3.3.7, above: 401
  'multi01.dat': 400, // 3.3.8
  'mcl01.dat': 400, // 3.3.9
  'bcast.dat': 'response', // 3.3.10, above: discarded, a response to us has one Via
  'zeromf.dat': 'request', // 3.3.11
  'cparam01.dat': 'request', // 3.3.12
  'cparam02.dat': 'request', // 3.3.13
  'regescrt.dat': 'request', // 3.3.14
  'sdp01.dat': 'request', // 3.3.15, above: 406
  'inv2543.dat': 'request', // 3.4.1
  'test.dat': 'dropped', // in no section: the request line has no version
};

const RFC5118: Readonly<Record<string, Expected>> = {
  'ipv6-good.dat': 'request', // 4.1
  'ipv6-bad.dat': 400, // 4.2
  'port-ambiguous.dat': 'request', // 4.3
  'port-unambiguous.dat': 'request', // 4.4
  'via-received-param-with-delim.dat': 'request', // 4.5, tolerated
  'via-received-param-no-delim.dat': 'request', // 4.5
  'ipv6-in-sdp.dat': 'request', // 4.6
  'mult-ip-in-header.dat': 'request', // 4.7
  'mult-ip-in-sdp.dat': 'request', // 4.8
  'ipv4-mapped-ipv6.dat': 'request', // 4.9
  'ipv6-bug-abnf-3-colons.dat': 'request', // 4.10, tolerated
  'ipv6-correct-abnf-2-colons.dat': 'request', // 4.10
};

function bytesOf(folder: string, file: string): Uint8Array {
  return readFileSync(new URL(`../vectors/${folder}/${file}`, import.meta.url));
}

function casesOf(folder: string): readonly Case[] {
  const text = readFileSync(new URL(`../vectors/${folder}/expect.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { messages: Case[] }).messages;
}

function accepted(folder: string, file: string): Message {
  const parsed = parse(bytesOf(folder, file));
  assert.ok(parsed.kind !== 'malformed', `${file}: ${parsed.kind === 'malformed' && parsed.why}`);
  return parsed;
}

function request4475(file: string): Message & { kind: 'request' } {
  const message = accepted('rfc4475', file);
  assert.ok(message.kind === 'request');
  return message;
}

function outcome(parsed: Parsed): Expected | 413 {
  return parsed.kind === 'malformed' ? (parsed.answerWith ?? 'dropped') : parsed.kind;
}

/** Lines and body that must survive printing; Content-Length may be made. */
function content(message: Message): unknown {
  const lines = [...message.headers].filter(([name]) => !['content-length', 'l'].includes(name.toLowerCase()));
  return { lines, body: [...message.body], start: message.kind === 'request' ? message.uriText : message.reasonPhrase };
}

for (const [folder, table] of Object.entries({ rfc4475: RFC4475, rfc5118: RFC5118 })) {
  const cases = casesOf(folder);

  test(`${folder}: every message of the standard has its row`, () => {
    const missing = cases.filter(({ file }) => table[file] === undefined);
    assert.deepEqual(missing, []);
  });

  test(`${folder}: what the standard calls valid or tolerable is accepted`, () => {
    for (const { file, class: kind } of cases) {
      if (['valid', 'tolerate', 'rfc2543-compat'].includes(kind)) assert.equal(typeof table[file], 'string', file);
    }
  });

  for (const [file, expected] of Object.entries(table)) {
    test(`${folder}/${file}: ${expected}`, () => {
      const parsed = parse(bytesOf(folder, file));
      assert.equal(outcome(parsed), expected, parsed.kind === 'malformed' ? parsed.why : '');
      if (parsed.kind !== 'malformed') {
        const again = parse(print(parsed));
        assert.ok(again.kind !== 'malformed');
        assert.deepEqual(content(again), content(parsed));
      } else if (parsed.request !== undefined) {
        const answer = responseTo(parsed.request, parsed.answerWith ?? 400, { toTag: 'x' });
        assert.equal(answer.callId, parsed.request.callId);
        assert.deepEqual(answer.headers.lines('via'), parsed.request.headers.lines('via'));
      }
    });
  }
}

test('3.1.1.1 folding, odd case and white space are seen through', () => {
  const message = request4475('wsinv.dat');
  const { headers } = message;
  assert.deepEqual(message.cseq, { number: 9, method: 'INVITE' });
  assert.equal(message.from.display, 'J Rosenberg \\"');
  assert.equal(message.fromTag, '98asjd8');
  assert.equal(message.toTag, '1918181833n');
  assert.equal(message.via.transport, 'UDP');
  assert.equal(message.via.host, '192.0.2.2');
  assert.equal(message.via.branch, '390skdjuw');
  assert.equal(headers.list('via').length, 3);
  assert.equal(headers.get('subject'), '');
  assert.equal(headers.get('newfangledheader'), 'newfangled value continued newfangled value');
  assert.equal(headers.get('UnknownHeaderWithUnusualValue'), ';;,,;;,;');
  const [contact] = message.contacts;
  assert.equal(contact?.display, 'Quoted string ""');
  assert.deepEqual(
    [...(contact?.params ?? [])],
    [
      ['newparam', 'newvalue'],
      ['secondparam', ''],
      ['q', '0.33'],
    ],
  );
});

test('3.1.1.2 every token character, and control characters quoted', () => {
  const message = request4475('intmeth.dat');
  assert.equal(message.method, "!interesting-Method0123456789_*+`.%indeed'~");
  assert.equal(message.uri.host, 'example.com');
  assert.equal(message.uri.user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  assert.equal(message.uri.password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  assert.equal(message.to.display, 'BEL:\u0007 NUL:\u0000 DEL:\u007f');
  assert.equal(message.from.display, "token1~` token2'+_ token3*%!.-");
});

test('3.1.1.3 escapes are resolved once', () => {
  const message = request4475('esc01.dat');
  assert.equal(message.uri.user, 'sips:user@example.com');
  assert.equal(message.uri.host, 'example.net');
  assert.equal(message.to.uri.user, 'user');
  assert.deepEqual(
    [...(message.contacts[0]?.uri.params ?? [])],
    [
      ['lr', ''],
      ['name', 'value%41'],
    ],
  );
});

test('3.1.1.4 an escaped NUL ends nothing', () => {
  const message = request4475('escnull.dat');
  assert.equal(message.to.uri.user, 'null-\u0000-null');
  assert.deepEqual(
    message.contacts.map((contact) => contact.uri.user),
    ['\u0000', '\u0000\u0000'],
  );
});

test('3.1.1.5 a percent sign elsewhere is no escape', () => {
  const message = request4475('esc02.dat');
  assert.equal(message.method, 'RE%47IST%45R');
  assert.equal(message.to.display, '%Z%45');
  assert.equal(message.contacts.length, 2);
});

test('3.1.1.7 to 3.1.1.11 long values, extra octets, semicolons in the user part, unknown transports, binary bodies', () => {
  assert.equal(request4475('longreq.dat').headers.list('via').length, 34);
  assert.equal(request4475('dblreq.dat').body.length, 0);
  assert.equal(request4475('dblreq.dat').method, 'REGISTER');
  assert.equal(request4475('semiuri.dat').uri.user, 'user;par=u@example.net');
  assert.equal(request4475('semiuri.dat').headers.list('accept').length, 6);
  assert.equal(request4475('transports.dat').headers.list('via').length, 5);
  const multipart = request4475('mpart01.dat');
  assert.equal(String(multipart.body.length), multipart.headers.get('content-length'));
  assert.ok(multipart.body.includes(0));
});

test('3.3.2, 3.3.3 schemes of others keep what stands behind the colon', () => {
  assert.equal(request4475('unkscm.dat').uri.scheme, 'nobodyknowsthisscheme');
  assert.equal(request4475('unkscm.dat').uri.host, 'totallyopaquecontent');
  assert.equal(request4475('novelsc.dat').uri.scheme, 'soap.beep');
});

test('3.3.12 to 3.3.14 whose parameters are whose', () => {
  const [outside] = request4475('cparam01.dat').contacts;
  assert.deepEqual([outside?.params.has('unknownparam'), outside?.uri.params.has('unknownparam')], [true, false]);
  const [inside] = request4475('cparam02.dat').contacts;
  assert.deepEqual([inside?.params.has('unknownparam'), inside?.uri.params.has('unknownparam')], [false, true]);
  assert.equal(request4475('regescrt.dat').contacts[0]?.uri.headers, 'Route=%3Csip:sip.example.com%3E');
});

test('3.1.2.15 refused for its display names too, not only for the empty line the archive lacks', () => {
  const text = Buffer.concat([bytesOf('rfc4475', 'baddn.dat'), Buffer.from('\r\n')]);
  const parsed = parse(text);
  assert.ok(parsed.kind === 'malformed');
  assert.equal(parsed.why, 'From');
  assert.equal(parsed.answerWith, 400);
});

test('RFC 5118 4.3 to 4.10 brackets, ports, received and the extra colon', () => {
  const uriOf = (file: string): unknown => {
    const message = accepted('rfc5118', file);
    assert.ok(message.kind === 'request');
    return [message.uri.host, message.uri.port];
  };
  assert.deepEqual(uriOf('port-ambiguous.dat'), ['[2001:db8::10:5070]', undefined]);
  assert.deepEqual(uriOf('port-unambiguous.dat'), ['[2001:db8::10]', 5070]);
  assert.deepEqual(uriOf('ipv6-bug-abnf-3-colons.dat'), ['[2001:db8::192.0.2.1]', undefined]);
  assert.equal(
    accepted('rfc5118', 'via-received-param-with-delim.dat').via.params.get('received'),
    '[2001:db8::9:255]',
  );
  assert.equal(accepted('rfc5118', 'via-received-param-no-delim.dat').via.params.get('received'), '2001:db8::9:255');
  assert.equal(accepted('rfc5118', 'mult-ip-in-header.dat').via.port, 6050);
});

test('RFC 5118 archive form: lines that end in LF alone are no SIP', () => {
  assert.equal(outcome(parse(bytesOf('rfc5118', 'raw-lf/ipv6-good'))), 'dropped');
});
