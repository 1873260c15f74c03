import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MediaSession } from '../media/engine.ts';
import type { RtpEnd } from '../media/protocol.ts';
import { answer, newAudio, wantKeys } from './audio.ts';

const SDP = ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0', ''].join('\r\n');

/** A leg's audio after this offer, and what its media was told since. */
function agreed(media: string) {
  const told: RtpEnd[] = [];
  const session = { local: { address: '192.0.2.1', port: 4000 }, connect: (end: RtpEnd) => void told.push(end) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a session that audio touches
  const audio = newAudio(session as unknown as MediaSession, '1', ['PCMU']);
  assert.ok('sdp' in answer(audio, new TextEncoder().encode(`${SDP}${media}\r\n`)));
  return { audio, told };
}

test('keys are listened for in the audio only of who agreed no events, and only while somebody wants them', () => {
  const { audio, told } = agreed('m=audio 4002 RTP/AVP 0');
  assert.equal(told.at(-1)?.inband, true);
  wantKeys(audio, false);
  assert.equal(told.at(-1)?.inband, false);
  const times = told.length;
  wantKeys(audio, false);
  assert.equal(told.length, times);
  wantKeys(audio, true);
  assert.equal(told.at(-1)?.inband, true);
  const modern = agreed('m=audio 4002 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000');
  wantKeys(modern.audio, true);
  assert.equal(modern.told.at(-1)?.inband, false);
});
