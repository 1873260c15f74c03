import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1, latin1 } from '../kernel/index.ts';
import { makeAnswer, readAnswer } from './answer.ts';
import { makeOffer } from './offer.ts';
import { parseSdp, printSdp } from './parse.ts';
import type { Agreement, LocalAudio, Sdp } from './types.ts';

const us: LocalAudio = {
  address: '192.0.2.9',
  port: 20_000,
  codecs: ['G722', 'PCMU', 'PCMA', 'opus'],
  comfort: true,
  direction: 'sendrecv',
  originId: '77',
  version: 1,
};

function read(...lines: string[]): Sdp {
  const head = ['v=0', 'o=- 5 5 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'];
  const sdp = parseSdp(fromLatin1([...head, ...lines].join('\r\n')));
  assert.ok(!('malformed' in sdp));
  return sdp;
}

function answered(theirs: Sdp, local: LocalAudio = us): { sdp: Sdp; audio: Agreement } {
  const answer = makeAnswer(theirs, local);
  assert.ok(!('refused' in answer));
  return answer;
}

const text = (sdp: Sdp): string[] => latin1(printSdp(sdp)).split('\r\n');
const mLine = (sdp: Sdp): string | undefined => text(sdp).find((line) => line.startsWith('m='));

test('an offer has telephone-event for each clock rate, and names Opus and G.722 as their RFCs say', () => {
  const offer = makeOffer(us);
  assert.equal(mLine(offer), 'm=audio 20000 RTP/AVP 9 0 8 111 13 101 102');
  const maps = text(offer).filter((line) => /^a=(?:rtpmap|fmtp):(?:9|111|13|101|102) /.test(line));
  assert.deepEqual(maps, [
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 useinbandfec=1',
    'a=rtpmap:13 CN/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    'a=rtpmap:102 telephone-event/48000',
    'a=fmtp:102 0-16',
  ]);
});

test('comfort noise goes with G.711 only', () => {
  assert.equal(mLine(makeOffer({ ...us, codecs: ['G722', 'opus'] })), 'm=audio 20000 RTP/AVP 9 111 101 102');
  assert.equal(mLine(answered(read('m=audio 4000 RTP/AVP 9 13')).sdp), 'm=audio 20000 RTP/AVP 9');
  const { sdp, audio } = answered(read('m=audio 4000 RTP/AVP 0 13'));
  assert.equal(mLine(sdp), 'm=audio 20000 RTP/AVP 0 13');
  assert.equal(audio.comfort, true);
});

test('keys have the clock of the codec that is sent; the other number is taken as well', () => {
  const offer = read(
    'm=audio 4000 RTP/AVP 96 0 97 98',
    'a=rtpmap:96 opus/48000/2',
    'a=rtpmap:97 telephone-event/8000',
    'a=rtpmap:98 telephone-event/48000',
  );
  assert.deepEqual(answered(offer).audio.send, { payload: 96, codec: 'opus' });
  assert.deepEqual(answered(offer).audio.events, {
    send: 98,
    receive: 98,
    sendClock: 48_000,
    receiveClock: 48_000,
    also: { receive: 97, clock: 8000 },
  });
  const narrow = answered(offer, { ...us, codecs: ['PCMU'] });
  assert.equal(mLine(narrow.sdp), 'm=audio 20000 RTP/AVP 0 97');
  assert.deepEqual(narrow.audio.events, { send: 97, receive: 97 });
});

test('the answer that needs no transcoding comes first; else the order is the offer’s', () => {
  const offer = read('m=audio 4000 RTP/AVP 0 8 9');
  assert.equal(mLine(answered(offer).sdp), 'm=audio 20000 RTP/AVP 0 8 9');
  assert.equal(mLine(answered(offer, { ...us, prefer: 'G722' }).sdp), 'm=audio 20000 RTP/AVP 9 0 8');
  assert.deepEqual(answered(offer, { ...us, prefer: 'PCMA' }).audio.send, { payload: 8, codec: 'PCMA' });
  assert.equal(mLine(answered(offer, { ...us, prefer: 'opus' }).sdp), 'm=audio 20000 RTP/AVP 0 8 9');
});

test('an answer may use other numbers than ours: we send with theirs and take ours (RFC 3264 §7)', () => {
  const offer = makeOffer(us);
  const answer = read(
    'm=audio 4000 RTP/AVP 120 121',
    'a=rtpmap:120 OPUS/48000/2',
    'a=rtpmap:121 telephone-event/48000',
  );
  const agreed = readAnswer(offer, answer);
  assert.deepEqual(agreed?.send, { payload: 120, codec: 'opus' });
  assert.deepEqual(agreed?.receive, [{ payload: 111, codec: 'opus' }]);
  assert.deepEqual(agreed?.events, { send: 121, receive: 102, sendClock: 48_000, receiveClock: 48_000 });
});

test('a hundred codecs, ptime 0, wrong clocks and channels: what is known is taken, the rest passed by', () => {
  const numbers = Array.from({ length: 100 }, (_, at) => at + 20);
  const offer = read(
    `m=audio 4000 RTP/AVP ${numbers.join(' ')} 9`,
    ...numbers.map((number) => `a=rtpmap:${number} X${number}/8000`),
    'a=rtpmap:9 G722/16000',
    'a=ptime:0',
  );
  assert.ok('refused' in makeAnswer(offer, us), 'G.722 with a wrong clock is not ours');
  const odd = read(
    'm=audio 4000 RTP/AVP 96 97 98 0 13',
    'a=rtpmap:96 opus/8000/2',
    'a=rtpmap:97 opus/48000/7',
    'a=rtpmap:98 opus/48000',
    'a=rtpmap:13 CN/16000',
    'a=ptime:0',
    'a=maxptime:0',
  );
  const { sdp, audio } = answered(odd);
  assert.equal(mLine(sdp), 'm=audio 20000 RTP/AVP 98 0');
  assert.equal(audio.ptime, 20);
});

test('Opus has no number of its own: 111 without a map means nothing', () => {
  assert.ok('refused' in makeAnswer(read('m=audio 4000 RTP/AVP 111'), us));
});
