import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equalUri, escapeUser, parseUri, printUri, type Uri } from './index.ts';

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const name = fc.string({ unit: fc.constantFrom(...'abcxyz019-_.'.split('')), minLength: 1 });
const host = fc.constantFrom('example.org', '192.0.2.1', '[2001:db8::1]', 'phone_7.lan');

const sipUri = fc
  .record({
    scheme: fc.constantFrom('sip', 'sips'),
    user: latin1,
    password: latin1,
    host,
    port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
    params: fc.array(fc.tuple(name, latin1)).map((pairs) => new Map(pairs)),
    headers: fc.constantFrom('', 'Subject=a%20b', 'Replaces=a%40b%3Bto-tag%3D1&x=y'),
  })
  .map((uri): Uri => ({ ...uri, password: uri.user === '' ? '' : uri.password }));

function parsed(text: string): Uri {
  const uri = parseUri(text);
  assert.ok(uri !== undefined, text);
  return uri;
}

function equal(a: string, b: string): boolean {
  const both = [equalUri(parsed(a), parsed(b)), equalUri(parsed(b), parsed(a))];
  assert.equal(both[0], both[1], `${a} and ${b} compare alike both ways`);
  return both[0] === true;
}

test('any parts go through text unchanged', () => {
  fc.assert(fc.property(sipUri, (uri) => assert.deepEqual(parseUri(printUri(uri)), uri)));
});

test('a URI equals itself, printed and read again', () => {
  fc.assert(fc.property(sipUri, (uri) => assert.ok(equalUri(uri, parsed(printUri(uri))))));
});

test('no text makes parsing throw, and what is read prints to something equal', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        latin1.map((text) => `sip:${text}`),
        latin1.map((text) => `tel:${text}`),
      ),
      (text) => {
        const uri = parseUri(text);
        if (uri !== undefined) assert.ok(equalUri(uri, parsed(printUri(uri))), text);
      },
    ),
  );
});

test('RFC 3261 §19.1.3 examples', () => {
  const {
    user,
    password,
    host: domain,
    port,
    params,
    headers,
  } = parsed('sip:+1-212-555-1212:1234@gateway.com;user=phone');
  assert.deepEqual(
    { user, password, domain, port, params: [...params], headers },
    {
      user: '+1-212-555-1212',
      password: '1234',
      domain: 'gateway.com',
      port: undefined,
      params: [['user', 'phone']],
      headers: '',
    },
  );
  assert.equal(parsed('sip:alice;day=tuesday@atlanta.com').user, 'alice;day=tuesday');
  assert.equal(parsed('sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com').headers, 'to=alice%40atlanta.com');
  assert.equal(parsed('SIPS:bob@EXAMPLE.com:5061').host, 'example.com');
});

test('RFC 3261 §19.1.4: these are equivalent', () => {
  assert.ok(equal('sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'));
  assert.ok(equal('sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'));
  assert.ok(equal('sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'));
  assert.ok(
    equal(
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ),
  );
  assert.ok(
    equal(
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ),
  );
});

test('RFC 3261 §19.1.4: these are not', () => {
  assert.ok(!equal('SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'));
  assert.ok(!equal('sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'));
  assert.ok(!equal('sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'));
  assert.ok(!equal('sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'));
  assert.ok(!equal('sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'));
  assert.ok(!equal('sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'));
  assert.ok(!equal('sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'));
  assert.ok(!equal('sip:bob@biloxi.com', 'sips:bob@biloxi.com'));
  assert.ok(!equal('sip:bob@biloxi.com', 'sip:bob@biloxi.com;maddr=192.0.2.1'));
  assert.ok(!equal('sip:bob@biloxi.com', 'sip:bob:pin@biloxi.com'));
  assert.ok(!equal('sip:biloxi.com', 'sip:bob@biloxi.com'));
});

test('an escaped reserved character is another than itself; any other is the same', () => {
  assert.ok(!equal('sip:a;b@h', 'sip:a%3Bb@h'));
  assert.ok(!equal('sip:a+b@h', 'sip:a%2Bb@h'));
  assert.ok(equal('sip:%2a66%23@h', 'sip:*66#@h'));
  assert.ok(equal('sip:a%3bb@h', 'sip:a%3Bb@h'));
  assert.ok(!equal('sip:a%2540@h', 'sip:a%40@h'));
});

test('tel: numbers compare without separators (RFC 3966 §4)', () => {
  assert.ok(equal('tel:+1-201-555-0123', 'tel:+1(201)5550123'));
  assert.ok(equal('tel:7042;phone-context=Example.com', 'tel:7042;phone-context=example.com'));
  assert.ok(!equal('tel:7042;phone-context=a-b.com', 'tel:7042;phone-context=ab.com'));
  assert.ok(!equal('tel:7042', 'tel:7043'));
  assert.equal(parsed('tel:+1-201-555-0123').host, '+1-201-555-0123');
});

test('what is no URI is refused, not mended', () => {
  for (const text of [
    '',
    'sip:',
    'sip:@host',
    'sip:alice@',
    'sip:2001:db8::10',
    'sip:alice@host:port',
    'sip:alice@host:0',
    'sip:alice@host:65536',
    'sip:alice@host:',
    'sip:alice@host;;lr',
    'sip:al%ice@host',
    'sip:alice@h%6Fst',
    'sip:alice@host ;lr',
    'sip:alice@[::1',
    'sip:alice@[host]',
    'sip:alice@host/path',
    'sip:alice@-host',
    'sip:alice@one@two',
    '<sip:alice@host>',
    'sip:host:5060;x=a@b',
    '1sip:alice@host',
    'alice@host',
  ]) {
    assert.equal(parseUri(text), undefined, text);
  }
});

test('phones write # into user parts; we write %23', () => {
  assert.equal(parsed('sip:*66#@host').user, '*66#');
  assert.equal(parsed('sip:*66%23@host').user, '*66#');
  assert.equal(escapeUser('*66#'), '*66%23');
  assert.equal(escapeUser('j@s0n'), 'j%40s0n');
  assert.equal(escapeUser('中'), '%E4%B8%AD');
  assert.equal(printUri({ ...parsed('sip:a@host'), user: 'x\r\ny' }), 'sip:x%0D%0Ay@host');
});
