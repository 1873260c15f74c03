import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromLatin1 } from '../kernel/index.ts';
import { parseSdp, passedAnswer, passedKind, passedOffer, readPassed } from './index.ts';
import type { Line, Media } from './types.ts';

const HEAD = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n';
const LOCAL = { port: 20_000, crypto: undefined };

function media(...lines: readonly string[]): Media {
  const sdp = parseSdp(fromLatin1(HEAD + lines.map((line) => `${line}\r\n`).join('')));
  assert.ok(!('malformed' in sdp));
  const [first] = sdp.media;
  assert.ok(first !== undefined);
  return first;
}

function text(lines: readonly Line[] | undefined): readonly string[] {
  return (lines ?? []).map(({ type, value }) => `${type}=${value}`);
}

/** Our section as it stands in a description of ours. */
function said(lines: readonly Line[] | undefined): Media {
  return media(...text(lines));
}

const CALLER = media(
  'm=video 5000 RTP/AVPF 96 97 98 99',
  'b=AS:1024',
  'b=TIAS:900000',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 profile-level-id=42e01f;packetization-mode=1',
  'a=rtpmap:97 VP8/90000',
  'a=rtpmap:98 rtx/90000',
  'a=fmtp:98 apt=96',
  'a=rtpmap:99 H265/90000',
  'a=rtcp-fb:96 nack pli',
  'a=rtcp-fb:98 nack',
  'a=rtcp-fb:* ccm fir',
  'a=imageattr:97 send *',
  'a=extmap:3 urn:3gpp:video-orientation',
  'a=content:slides',
  'a=rtcp:5009',
  'a=sendrecv',
);

test('an offer of a stream has what the caller said of its formats, and nothing of its addresses', () => {
  assert.deepEqual(text(passedOffer(CALLER, LOCAL, undefined)), [
    'm=video 20000 RTP/AVPF 96 97 99',
    'b=AS:1024',
    'b=TIAS:900000',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 profile-level-id=42e01f;packetization-mode=1',
    'a=rtpmap:97 VP8/90000',
    'a=rtpmap:99 H265/90000',
    'a=rtcp-fb:96 nack pli',
    'a=rtcp-fb:* ccm fir',
    'a=imageattr:97 send *',
    'a=content:slides',
    'a=sendrecv',
  ]);
});

test('the answer to the caller has what the callee took, by the numbers of the caller', () => {
  const callee = media(
    'm=video 6000 RTP/AVPF 120 121',
    'b=AS:256',
    'a=rtpmap:120 vp8/90000',
    'a=rtcp-fb:120 nack pli',
    'a=rtpmap:121 H264/90000',
    'a=fmtp:121 profile-level-id=42800d;packetization-mode=1',
    'a=recvonly',
  );
  const answer = passedAnswer(CALLER, callee, { ...LOCAL, port: 20_002 });
  assert.deepEqual(text(answer), [
    'm=video 20002 RTP/AVPF 97 96',
    'b=AS:256',
    'a=rtpmap:97 vp8/90000',
    'a=rtcp-fb:97 nack pli',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 profile-level-id=42800d;packetization-mode=1',
    'a=recvonly',
  ]);
  const towardsCaller = readPassed(said(answer), CALLER, 'peer', undefined);
  const towardsCallee = readPassed(said(passedOffer(CALLER, LOCAL, undefined)), callee, 'us', undefined);
  assert.deepEqual(
    towardsCaller?.receive.map(({ format, payload }) => [
      payload,
      towardsCallee?.send.find((one) => one.format === format)?.payload,
    ]),
    [
      [96, 121],
      [97, 120],
    ],
  );
  assert.deepEqual(towardsCallee?.receive, [], 'the callee only takes');
  assert.equal(towardsCaller?.direction, 'recvonly');
});

test('formats that differ in more than their level are not the same', () => {
  const h264 = (parameters: string): Media =>
    media('m=video 5000 RTP/AVP 96', 'a=rtpmap:96 H264/90000', `a=fmtp:96 ${parameters}`);
  const other = (parameters: string): Media =>
    media('m=video 5000 RTP/AVP 100', 'a=rtpmap:100 H264/90000', `a=fmtp:100 ${parameters}`);
  const offer = h264('profile-level-id=42e01f;packetization-mode=1');
  assert.ok(passedAnswer(offer, other('profile-level-id=42e015;packetization-mode=1'), LOCAL) !== undefined);
  assert.equal(passedAnswer(offer, other('profile-level-id=64001f;packetization-mode=1'), LOCAL), undefined);
  assert.equal(passedAnswer(offer, other('profile-level-id=42e01f'), LOCAL), undefined);
});

test('VP9, AV1, static numbers and text are passed on; what cannot be is refused', () => {
  assert.equal(passedKind(media('m=video 1 RTP/AVP 98', 'a=rtpmap:98 VP9/90000')), 'video');
  assert.equal(passedKind(media('m=video 1 RTP/AVP 98', 'a=rtpmap:98 AV1/90000')), 'video');
  assert.equal(passedKind(media('m=video 1 RTP/AVP 34')), 'video');
  assert.equal(passedKind(media('m=text 1 RTP/AVP 98', 'a=rtpmap:98 t140/1000')), 'text');
  assert.equal(passedKind(media('m=video 0 RTP/AVP 34')), undefined);
  assert.equal(passedKind(media('m=video 1 UDP/TLS/RTP/SAVPF 34')), undefined);
  assert.equal(passedKind(media('m=video 1 RTP/AVP 99')), undefined);
  assert.equal(passedKind(media('m=image 1 udptl t38')), undefined);
  assert.equal(passedKind(media('m=audio 1 RTP/AVP 0')), undefined);
});

test('an answer with another stream’s formats, or with none, is no agreement', () => {
  const ours = said(passedOffer(CALLER, LOCAL, undefined));
  assert.equal(readPassed(ours, media('m=video 0 RTP/AVPF 96'), 'us', undefined), undefined);
  assert.equal(
    readPassed(ours, media('m=video 9 RTP/AVPF 96', 'a=rtpmap:96 THEORA/90000'), 'us', undefined),
    undefined,
  );
});

test('whatever a section says, it is refused or its like can be read again', () => {
  const line = fc.oneof(
    fc.constantFrom('a=sendonly', 'a=rtcp-mux', 'b=AS:1', 'a=rtcp-fb:* nack', 'a=fmtp:96 apt=97', 'a=rtpmap:96 x/y'),
    fc
      .tuple(fc.nat(200), fc.constantFrom('H264/90000', 'VP8/90000', 'rtx/90000', 'red/1000'))
      .map(([n, m]) => `a=rtpmap:${n} ${m}`),
    fc.string({ maxLength: 20 }).map((value) => `a=${value.replaceAll(/[\r\n]/g, '')}`),
  );
  const formats = fc.array(fc.nat(200), { maxLength: 12 });
  fc.assert(
    fc.property(formats, fc.array(line, { maxLength: 20 }), fc.nat(65_535), (numbers, lines, port) => {
      const theirs = media(`m=video ${port} RTP/AVP ${numbers.join(' ')}`, ...lines);
      const offer = passedOffer(theirs, LOCAL, undefined);
      assert.equal(offer === undefined, passedKind(theirs) === undefined);
      if (offer === undefined) return;
      assert.equal(passedKind(said(offer)), 'video');
      const answer = passedAnswer(theirs, theirs, LOCAL);
      assert.ok(answer !== undefined && readPassed(said(answer), theirs, 'peer', undefined) !== undefined);
    }),
  );
});

test('a number that means something on a leg is not bound to something else there', () => {
  const before = media('m=video 20000 RTP/AVP 96 97', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:97 H263-1998/90000');
  const model = media(
    'm=video 7000 RTP/AVP 96 97 98',
    'a=rtpmap:96 VP9/90000',
    'a=rtpmap:97 VP8/90000',
    'a=rtcp-fb:97 nack pli',
    'a=rtpmap:98 AV1/90000',
  );
  assert.deepEqual(text(passedOffer(model, LOCAL, before)), [
    'm=video 20000 RTP/AVP 99 96 98',
    'a=rtpmap:99 VP9/90000',
    'a=rtpmap:96 VP8/90000',
    'a=rtcp-fb:96 nack pli',
    'a=rtpmap:98 AV1/90000',
    'a=sendrecv',
  ]);
});
