import { built } from './describe.ts';
import { type Bound, boundPayloads, CODECS, codecNames, EVENTS } from './payloads.ts';
import type { CodecName, Direction, Line, LocalAudio, Media, Sdp } from './types.ts';

/** A whole description out of our session lines and sections. */
export function assemble(local: LocalAudio, times: readonly Line[], sections: readonly (readonly Line[])[]): Sdp {
  return built([...sessionLines(local, times), ...sections.flat()]);
}

function sessionLines(local: LocalAudio, times: readonly Line[]): readonly Line[] {
  const place = `IN ${local.address.includes(':') ? 'IP6' : 'IP4'} ${local.address}`;
  return [
    { type: 'v', value: '0' },
    { type: 'o', value: `${local.user ?? '-'} ${local.originId} ${local.version} ${place}` },
    { type: 's', value: '-' },
    { type: 'c', value: place },
    ...(times.length === 0 ? [{ type: 't', value: '0 0' }] : times),
  ];
}

/** t= of the answer MUST equal that of the offer (RFC 3264 §6). */
export function timesOf(sdp: Sdp | undefined): readonly Line[] {
  return sdp?.lines.filter(({ type }) => type === 't').slice(0, 1) ?? [];
}

/** RTP and RTCP on one port (RFC 5761 §5.1.1). */
const MUX = 'rtcp-mux';

export function multiplexes({ attributes }: Media): boolean {
  return attributes.some(({ name }) => name === MUX);
}

export function audioSection(
  local: LocalAudio,
  protocol: string,
  bound: readonly Bound[],
  direction: Direction,
  mux: boolean,
): readonly Line[] {
  return [
    { type: 'm', value: `audio ${local.port} ${protocol} ${bound.map(({ payload }) => payload).join(' ')}` },
    ...bound.flatMap(formatLines),
    { type: 'a', value: 'ptime:20' },
    ...(mux ? [{ type: 'a', value: MUX }] : []),
    { type: 'a', value: direction },
  ];
}

function formatLines({ payload, meaning }: Bound): readonly Line[] {
  if (meaning !== 'events') return [{ type: 'a', value: `rtpmap:${payload} ${meaning}/${CODECS[meaning].clock}` }];
  return [
    { type: 'a', value: `rtpmap:${payload} ${EVENTS.encoding}/${EVENTS.clock}` },
    { type: 'a', value: `fmtp:${payload} ${EVENTS.range}` },
  ];
}

/** A stream that is refused, or was: port 0 in its place, one format at least (RFC 3264 §6, §8.2). */
export function refusedSection({ type, protocol, formats }: Media): readonly Line[] {
  return [{ type: 'm', value: [type, 0, protocol, ...(formats.length === 0 ? ['0'] : formats)].join(' ') }];
}

/**
 * Where in a description the audio stream stands that we can speak, with one of these codecs; -1: nowhere. Of SRTP and RTP
 * side by side it is RTP.
 */
export function audioIndex(sdp: Sdp, codecs: readonly CodecName[] = codecNames()): number {
  return sdp.media.findIndex(
    (media) =>
      isOurs(media) && boundPayloads(media).some(({ meaning }) => meaning !== 'events' && codecs.includes(meaning)),
  );
}

function isOurs({ type, port, protocol }: Media): boolean {
  return type === 'audio' && port !== 0 && (protocol === 'RTP/AVP' || protocol === 'RTP/AVPF');
}
