import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1, latin1 } from '../kernel/index.ts';
import { type LocalAudio, makeAnswer, makeOffer, parseSdp, printSdp, readAnswer, type Sdp } from './index.ts';

/** RFC 4568 §9.2's key: 30 octets. */
const KEY = 'd0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj';
const OURS = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz';

function sdp(text: string): Sdp {
  const parsed = parseSdp(fromLatin1(text));
  if ('malformed' in parsed) assert.fail(parsed.malformed);
  return parsed;
}

function offered(...media: readonly (readonly [protocol: string, ...crypto: readonly string[]])[]): Sdp {
  const sections = media.flatMap(([protocol, ...crypto]) => [
    `m=audio 4000 ${protocol} 0`,
    ...crypto.map((value) => `a=crypto:${value}`),
  ]);
  return sdp(['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...sections, ''].join('\r\n'));
}

function local(policy: 'off' | 'offered' | 'required'): LocalAudio {
  return {
    address: '192.0.2.2',
    port: 5000,
    codecs: ['PCMU'],
    direction: 'sendrecv',
    originId: '7',
    version: 1,
    crypto: { policy, keyOf: (suite) => (suite === 'AEAD_AES_128_GCM' ? 'A'.repeat(38) : OURS) },
  };
}

const FIRST = `1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`;

/** What an offer with this one attribute is answered with; undefined: it was not taken. */
function taken(value: string): { readonly line: string; readonly mki: string | undefined } | undefined {
  const made = makeAnswer(offered(['RTP/SAVP', value]), local('required'));
  if ('refused' in made) return undefined;
  const [line = ''] = /^a=crypto:.*$/m.exec(latin1(printSdp(made.sdp))) ?? [];
  return { line, mki: made.audio.crypto?.receive.mki };
}

test('an answer takes the first suite that it knows, under its tag, with a key of its own (RFC 4568 §5.1.2)', () => {
  const made = makeAnswer(
    offered(['RTP/SAVP', `4 F8_128_HMAC_SHA1_80 inline:${KEY}`, `7 AES_CM_128_HMAC_SHA1_32 inline:${KEY}`]),
    local('offered'),
  );
  assert.ok('sdp' in made);
  const text = latin1(printSdp(made.sdp));
  assert.match(text, /^m=audio 5000 RTP\/SAVP 0\r$/m);
  assert.deepEqual(text.match(/^a=crypto:.*$/gm), [`a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:${OURS}`]);
  const suite = 'AES_CM_128_HMAC_SHA1_32';
  assert.deepEqual(made.audio.crypto, { send: { suite, key: OURS }, receive: { suite, key: KEY } });
});

test('lifetime and key identifier are read, and a line that asks for what we have not is left out', () => {
  assert.equal(taken(FIRST)?.line, `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${OURS}`);
  for (const fine of ['|2^31', '|1048576', ' WSH=128', ' -UNKNOWN', '|2^48']) assert.ok(taken(FIRST + fine), fine);
  assert.equal(taken(`${FIRST}|2^20|1:4`)?.mki, '00000001');
  assert.equal(taken(`${FIRST}|258:2`)?.mki, '0102');
  const unfit = ['|2^49', '|0', '|2^20|300:1', '|2^20|1:0', '|2^20|1:129', '|1:4|2^20', ';inline:' + KEY, '|x'];
  for (const value of unfit) assert.equal(taken(FIRST + value), undefined, value);
  for (const value of [
    'UNENCRYPTED_SRTP',
    'UNENCRYPTED_SRTCP',
    'UNAUTHENTICATED_SRTP',
    'KDR=3',
    'FEC_ORDER=FEC_SRTP',
    'NEW',
  ])
    assert.equal(taken(`${FIRST} ${value}`), undefined, value);
  for (const value of [
    '',
    '1',
    '1 AES_CM_128_HMAC_SHA1_80',
    '1 AES_CM_128_HMAC_SHA1_80 inline:AAAA',
    `x${FIRST}`,
    `1 toString inline:${KEY}`,
  ])
    assert.equal(taken(value), undefined, value);
});

test('which streams are taken depends on what is wanted', () => {
  const index = (offer: Sdp, policy: 'off' | 'offered' | 'required'): number | string => {
    const made = makeAnswer(offer, local(policy));
    return 'refused' in made ? made.warning : made.sdp.media.findIndex(({ port }) => port !== 0);
  };
  const both = offered(['RTP/AVP'], ['RTP/SAVP', FIRST]);
  assert.deepEqual([index(both, 'off'), index(both, 'offered'), index(both, 'required')], [0, 1, 1]);
  const secure = offered(['RTP/SAVP', FIRST]);
  assert.deepEqual([index(secure, 'off'), index(secure, 'offered'), index(secure, 'required')], [302, 0, 0]);
  const plain = offered(['RTP/AVP']);
  assert.deepEqual([index(plain, 'off'), index(plain, 'offered'), index(plain, 'required')], [0, 0, 302]);
  const keyless = offered(['RTP/SAVP']);
  assert.deepEqual([index(keyless, 'off'), index(keyless, 'offered'), index(keyless, 'required')], [302, 302, 302]);
  const beside = makeAnswer(offered(['RTP/AVP', FIRST]), local('offered'));
  assert.ok('audio' in beside && beside.audio.crypto !== undefined, 'keys beside plain RTP are answered');
});

test('an answer to our offer names one of our lines by tag and suite, or protects nothing', () => {
  const ours = makeOffer(local('required'));
  assert.match(latin1(printSdp(ours)), /^m=audio 5000 RTP\/SAVP 0 101\r$/m);
  const answered = readAnswer(ours, offered(['RTP/SAVP', `2 AES_CM_128_HMAC_SHA1_32 inline:${KEY}`]));
  assert.equal(answered?.crypto?.send.key, OURS);
  assert.equal(answered?.crypto?.receive.key, KEY);
  assert.equal(readAnswer(ours, offered(['RTP/SAVP', `9 AES_CM_128_HMAC_SHA1_32 inline:${KEY}`])), undefined);
  assert.equal(readAnswer(ours, offered(['RTP/SAVP', `1 AES_CM_128_HMAC_SHA1_32 inline:${KEY}`])), undefined);
  assert.equal(readAnswer(ours, offered(['RTP/AVP'])), undefined, 'a downgrade');
  const soft = makeOffer(local('offered'));
  assert.equal(readAnswer(soft, offered(['RTP/AVP']))?.crypto, undefined);
  assert.ok(readAnswer(soft, offered(['RTP/AVP', FIRST]))?.crypto);
});

test('offering again repeats the keys, and a stream agreed in plain stays plain', () => {
  const ours = makeOffer(local('required'));
  assert.equal(latin1(printSdp(makeOffer(local('required'), ours))), latin1(printSdp(ours)));
  const made = makeAnswer(offered(['RTP/AVP']), local('offered'));
  assert.ok('sdp' in made);
  assert.doesNotMatch(latin1(printSdp(makeOffer(local('offered'), made.sdp))), /crypto/);
});

test('voice metrics are agreed when the peer asks for them (RFC 3611 §5)', () => {
  const asking = sdp(`${latin1(printSdp(offered(['RTP/AVP'])))}a=rtcp-xr:pkt-loss-rle=40 voip-metrics\r\n`);
  const made = makeAnswer(asking, local('off'));
  assert.ok('audio' in made && made.audio.xr === true);
  assert.match(latin1(printSdp(made.sdp)), /^a=rtcp-xr:voip-metrics\r$/m);
});

test('no attribute, however long, makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (value) => {
      if (/[\r\n\0]/.test(value)) return;
      taken(value);
      taken(FIRST + value);
    }),
  );
});
