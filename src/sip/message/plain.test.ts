import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isNameAddr, parseNameAddr } from './name-addr.ts';
import { isPlainNameAddr, isPlainVia, plainTag, plainUriEnd } from './plain.ts';
import type { NameAddr } from './types.ts';
import { parseUri } from './uri.ts';
import { isVia } from './via.ts';

const WORDS =
  'sip: sips: tel: alice @ example.org 192.0.2.1 [::1] : 5060 99999 0 ; lr transport = tcp " \\ "Alice" < > %41 % ? a=b , - . * é ' +
  'SIP/2.0/UDP SIP/2.0/ branch z9hG4bK1 tag <sip:a@b> <sip:a@b;lr> ;tag=1';
const PIECES = [...WORDS.split(' '), ' ', '\t', 'SIP/2.0/UDP ', ';x="y z"'];
/** A value as it stands in a message, the next line behind it. */
const value = fc.array(fc.constantFrom(...PIECES), { maxLength: 9 }).map((pieces) => pieces.join(''));
const inMessage = (text: string): string => `From: ${text}\r\nTo: <sip:x@y>;tag=1\r\n`;

/** How many of them were plain: a property about none says nothing. */
function implied(plain: (text: string, to: number) => boolean, sound: (text: string) => boolean, seed: string): void {
  let seen = 0;
  fc.assert(
    fc.property(value, fc.boolean(), (made, seeded) => {
      const text = seeded ? seed + made : made;
      if (!plain(inMessage(text), 6 + text.length)) return;
      seen += 1;
      assert.ok(sound(text), text);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(seen > 100, `${seen} were plain`);
}

test('property: what is taken for a plain name-addr is one', () => {
  implied((text, to) => isPlainNameAddr(text, 6, to), isNameAddr, 'Al <sip:a@b>');
  assert.ok(isPlainNameAddr('"A B" <sip:a@b:5060;lr>;tag=1;q="0.5"\r\n', 0, 37));
});

test('property: what is taken for a plain Via value is one', () => {
  implied((text, to) => isPlainVia(text, 6, to), isVia, 'SIP/2.0/UDP h');
});

test('property: what is taken for a plain URI is one, without headers', () => {
  const sound = (text: string): boolean => parseUri(text)?.headers === '';
  implied((text, to) => plainUriEnd(text, 6) === to, sound, 'sip:a@b');
});

test('property: the tag that is read without reading the rest is the one that reading all gives', () => {
  const read = (text: string): NameAddr | undefined => parseNameAddr(text);
  implied(
    (text, to) => read(text.slice(6, to)) !== undefined && plainTag(text.slice(6, to)) !== undefined,
    (text) => plainTag(text) === (read(text)?.params.get('tag') ?? ''),
    '<sip:a@b>;tag=',
  );
});
