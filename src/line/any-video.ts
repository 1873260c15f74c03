import { fromLatin1 } from '../kernel/index.ts';
import { type Media, parseSdp } from '../sdp/index.ts';

/** What phones with a camera commonly have: H.264 in both packetization modes (RFC 6184 §6), VP8 (RFC 7741). */
const TEXT = [
  'v=0',
  'o=- 1 1 IN IP4 0.0.0.0',
  's=-',
  'c=IN IP4 0.0.0.0',
  't=0 0',
  'm=video 9 RTP/AVP 97 98 99',
  'a=rtpmap:97 H264/90000',
  'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
  'a=rtpmap:98 VP8/90000',
  'a=rtpmap:99 H264/90000',
  'a=fmtp:99 profile-level-id=42e01f',
  'a=rtcp-fb:* nack pli',
  'a=rtcp-fb:* ccm fir',
  'a=sendrecv',
  '',
].join('\r\n');

/** A video that is offered before it is known what it will be. */
export const ANY_VIDEO: Media | undefined = video();

function video(): Media | undefined {
  const sdp = parseSdp(fromLatin1(TEXT));
  return 'malformed' in sdp ? undefined : sdp.media[0];
}
