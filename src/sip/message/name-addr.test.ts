import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  parseNameAddr,
  parseParams,
  parseUri,
  parseValue,
  parseVia,
  printNameAddr,
  printParams,
  quote,
  unquote,
} from './index.ts';

const line = fc.string({
  unit: fc
    .integer({ min: 0, max: 255 })
    .filter((code) => code !== 10 && code !== 13)
    .map((code) => String.fromCharCode(code)),
});
const token = fc.string({ unit: fc.constantFrom(..."abc019-.!%*_+`'~".split('')), minLength: 1 });
const params = fc.array(fc.tuple(token, line)).map((pairs) => new Map(pairs));

test('quoting comes back', () => {
  fc.assert(fc.property(line, (text) => assert.equal(unquote(quote(text)), text)));
});

test('parameters come back, whatever their values', () => {
  fc.assert(fc.property(params, (given) => assert.deepEqual(parseParams(printParams(given)), given)));
});

test('a name-addr comes back', () => {
  const uriText = 'sip:alice@example.org;transport=tcp?a=b';
  fc.assert(
    fc.property(line, params, (display, given) => {
      const uri = parseUri(uriText);
      assert.ok(uri !== undefined);
      const value = { display, uri, uriText, params: given };
      assert.deepEqual(parseNameAddr(printNameAddr(value)), value);
    }),
  );
});

test('no text makes parsing throw', () => {
  const text = fc.oneof(
    line,
    fc.array(fc.constantFrom('"', '<', '>', ';', '=', ',', '\\', ' ', 'a', 'sip:a@b', ':', '/')).map((x) => x.join('')),
  );
  fc.assert(
    fc.property(text, (any) => {
      parseNameAddr(any);
      parseVia(any);
      parseParams(any);
      parseValue(any);
    }),
  );
});

test('display names: tokens, quotes with escapes, none, UTF-8 octets', () => {
  assert.equal(parseNameAddr('A. G. Bell <sip:agb@bell.com>')?.display, 'A. G. Bell');
  assert.equal(parseNameAddr('caller<sip:caller@example.com>;tag=323')?.display, 'caller');
  assert.equal(parseNameAddr(String.raw`"Joe \"J\" \\ Doe" <sip:joe@x.org>`)?.display, String.raw`Joe "J" \ Doe`);
  assert.equal(parseNameAddr('<sip:a@b>')?.display, '');
  assert.equal(parseNameAddr('J\u00c3\u00a9 <sip:a@b>')?.display, 'J\u00c3\u00a9');
  assert.equal(parseNameAddr('"a <sip:x@y>, b" <sip:a@b>')?.uriText, 'sip:a@b');
});

test("RFC 3261 §20.10: without brackets all parameters are the header's", () => {
  const bare = parseNameAddr('sip:alice@example.org;transport=tcp ;q=0.5');
  assert.deepEqual(
    [...(bare?.params ?? [])],
    [
      ['transport', 'tcp'],
      ['q', '0.5'],
    ],
  );
  assert.equal(bare?.uri.params.size, 0);
  assert.equal(parseNameAddr('sip:alice@example.org?Subject=x'), undefined);
  assert.equal(parseNameAddr('sip:alice@example.org,sip:bob@example.org'), undefined);
});

test('broken ones are refused', () => {
  for (const text of [
    '',
    '*',
    '"open <sip:a@b>',
    '<sip:a@b',
    'Bell, Alexander <sip:a@b>',
    '< sip:a@b>',
    '<sip:a@b>;;',
    '<sip:a@b>;tag=',
    '<sip:a@b> tag=1',
    'x"y" <sip:a@b>',
    '<>',
  ]) {
    assert.equal(parseNameAddr(text), undefined, text);
  }
});

test('parameter values: quotes come off, the first of a name wins, names lose their case', () => {
  const given = parseParams(
    ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";Reg-Id = 1 ; ob;reg-id=2',
  );
  assert.equal(given?.get('+sip.instance'), '<urn:uuid:00000000-0000-1000-8000-000A95A0E128>');
  assert.equal(given?.get('reg-id'), '1');
  assert.equal(given?.get('ob'), '');
  assert.equal(parseParams('a=1;b')?.get('a'), '1');
  assert.equal(
    printParams(
      new Map([
        ['received', '[2001:db8::1]'],
        ['text', 'Call completed'],
      ]),
    ),
    ';received=[2001:db8::1];text="Call completed"',
  );
});

test('values with parameters', () => {
  assert.deepEqual(parseValue('refer ; id = 93809824')?.value, 'refer');
  assert.equal(
    parseValue('SIP ;cause=200 ;text="Call completed elsewhere"')?.params.get('text'),
    'Call completed elsewhere',
  );
  assert.equal(parseValue('425928@example.org;to-tag=7743;from-tag=6472;early-only')?.params.get('early-only'), '');
  assert.equal(parseValue('active;;'), undefined);
});

test('Via (RFC 3261 §20.42)', () => {
  const via = parseVia('SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1');
  assert.deepEqual(
    [via?.transport, via?.host, via?.port, via?.branch],
    ['UDP', 'first.example.com', 4000, 'z9hG4bKa7c6a8dlze.1'],
  );
  assert.equal(parseVia('SIP/2.0/ws df7jal23ls0d.invalid;rport;branch=z9hG4bK56sdasks')?.transport, 'WS');
  assert.equal(parseVia('SIP/2.0/TLS [2001:db8::9:1]:6050')?.host, '[2001:db8::9:1]');
  assert.equal(parseVia('SIP/2.0/TLS [2001:db8::9:1]:6050')?.port, 6050);
  for (const text of [
    '',
    'SIP/2.0',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/2.0/UDP host:x',
    'SIP/2.0/UDP host junk',
    'SIP/2.0/UDP h;;',
  ]) {
    assert.equal(parseVia(text), undefined, text);
  }
});
