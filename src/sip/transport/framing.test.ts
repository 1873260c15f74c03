import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../../kernel/index.ts';
import { type Frame, Framing, MAX_HEAD, MAX_MESSAGE, MAX_START_LINE } from './framing.ts';

const options = 'OPTIONS sip:101@192.0.2.1 SIP/2.0\r\n';

function shown(frames: readonly Frame[]): string[] {
  return frames.map((frame) => {
    if (frame.kind === 'message') return latin1(frame.bytes);
    return frame.kind === 'ping' ? 'ping' : `garbage: ${frame.why}`;
  });
}

function framed(...texts: readonly string[]): string[] {
  const framing = new Framing();
  return texts.flatMap((piece) => shown(framing.push(fromLatin1(piece))));
}

/** The text cut at those places. */
function pieces(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return places.slice(1).map((to, at) => text.slice(places[at], to));
}

const message = fc
  .record({
    line: fc.constantFrom(options, 'SIP/2.0 200 OK\r\n', 'INVITE tel:+1 SIP/2.0\r\n'),
    before: fc.array(fc.constantFrom('X: 1\r\n', 'Subject: a\r\n folded\r\n', 'Xl: 9\r\n'), { maxLength: 4 }),
    name: fc.constantFrom('Content-Length', 'l', 'content-length \t', 'CONTENT-LENGTH'),
    body: fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\r\n\r\n', '\xff', 'SIP/2.0'), maxLength: 60 }),
  })
  .map(({ line, before, name, body }) => `${line}${before.join('')}${name}: ${body.length}\r\nA: b\r\n\r\n${body}`);

describe('a stream of messages', () => {
  it('gives the same messages however it was split (RFC 3261 §18.3)', () => {
    const stream = fc.array(
      fc.oneof({ weight: 3, arbitrary: message }, { weight: 1, arbitrary: fc.constant('\r\n\r\n') }),
    );
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 40 }), (parts, cuts) => {
        const expected = parts.map((part) => (part === '\r\n\r\n' ? 'ping' : part));
        assert.deepEqual(framed(...pieces(parts.join(''), cuts)), expected);
        assert.deepEqual(framed(...Array.from(parts.join(''))), expected);
      }),
    );
  });

  it('that is no SIP ends alike however it was split, and never throws', () => {
    const rubbish = fc.array(
      fc.oneof(message, fc.string({ unit: 'binary-ascii' }), fc.constantFrom('\r\n', '\r', 'l: x')),
    );
    fc.assert(
      fc.property(rubbish, fc.array(fc.nat(), { maxLength: 20 }), (parts, cuts) => {
        const whole = framed(parts.join(''));
        assert.deepEqual(framed(...pieces(parts.join(''), cuts)), whole);
        const spoilt = whole.findIndex((frame) => frame.startsWith('garbage'));
        assert.ok(spoilt === -1 || spoilt === whole.length - 1, 'nothing follows garbage');
      }),
    );
  });

  it('holds nothing between messages', () => {
    const framing = new Framing();
    framing.push(fromLatin1(`${options}l: 2\r\n\r\na`));
    assert.equal(framing.begun, true);
    assert.equal(framing.push(fromLatin1('b')).length, 1);
    assert.equal(framing.begun, false);
  });
});

describe('line ends between messages', () => {
  const whole = `${options}l: 0\r\n\r\n`;

  it('are a ping by twos, over whatever pieces (RFC 5626 §4.4.1)', () => {
    assert.deepEqual(framed('\r', '\n\r\n'), ['ping']);
    assert.deepEqual(framed('\r\n', '\r\n', whole, '\r\n\r\n\r\n'), ['ping', whole, 'ping']);
  });

  it('are nothing when they stand alone (RFC 3261 §7.5)', () => {
    assert.deepEqual(framed('\r\n', whole, '\r\n', whole), [whole, whole]);
  });
});

describe('what is no stream of SIP', () => {
  const refused: readonly (readonly [what: string, text: string, why: RegExp])[] = [
    ['a TLS hello', '\x16\x03\x01', /^garbage: no SIP/],
    ['another protocol', 'GET / HTTP/1.1\r\n', /^garbage: no SIP/],
    ['a bare line feed', '\n', /^garbage: no SIP/],
    ['a start line without end', 'A'.repeat(MAX_START_LINE + 1), /^garbage: a start line/],
    ['a head without end', options + 'A: b\r\n'.repeat(MAX_HEAD / 6), /^garbage: a head of more/],
    ['no Content-Length (RFC 3261 §20.14)', `${options}A: b\r\n\r\n`, /^garbage: a message without/],
    ['two of them', `${options}l: 1\r\nContent-Length: 1\r\n\r\n`, /^garbage: a Content-Length/],
    ['one that is no number', `${options}l: -1\r\n\r\n`, /^garbage: a Content-Length/],
    ['too large a message', `${options}l: ${MAX_MESSAGE}\r\n\r\n`, /^garbage: a message of/],
  ];
  for (const [what, text, why] of refused) {
    it(`is spoilt by ${what}, once`, () => {
      const found = framed(text, 'more', '\r\n\r\n');
      assert.equal(found.length, 1, String(found));
      assert.match(found[0] ?? '', why);
    });
  }

  it('may be as large as a datagram', () => {
    const head = `${options}l: 65000\r\n\r\n`;
    const body = 'x'.repeat(65_000);
    assert.deepEqual(framed(head, body), [head + body]);
  });
});
