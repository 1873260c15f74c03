import { built } from './describe.ts';
import {
  type Bound,
  boundPayloads,
  CODECS,
  codecNames,
  COMFORT,
  EVENT_ENCODING,
  EVENT_RANGE,
  EVENTS,
  isCodec,
  isEvents,
} from './payloads.ts';
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
  extras: readonly Line[] = [],
): readonly Line[] {
  return [
    { type: 'm', value: `audio ${local.port} ${protocol} ${bound.map(({ payload }) => payload).join(' ')}` },
    ...bound.flatMap(formatLines),
    { type: 'a', value: 'ptime:20' },
    ...(mux ? [{ type: 'a', value: MUX }] : []),
    ...extras,
    { type: 'a', value: direction },
  ];
}

function formatLines({ payload, meaning }: Bound): readonly Line[] {
  const attribute = (value: string): Line => ({ type: 'a', value });
  if (isEvents(meaning)) {
    const map = `rtpmap:${payload} ${EVENT_ENCODING}/${EVENTS[meaning].clock}`;
    return [map, `fmtp:${payload} ${EVENT_RANGE}`].map(attribute);
  }
  if (!isCodec(meaning)) return [attribute(`rtpmap:${payload} ${COMFORT.encoding}/${COMFORT.clock}`)];
  const map = `rtpmap:${payload} ${meaning}/${CODECS[meaning].clock}`;
  // RFC 7587 §7: always two channels; we use the forward error correction of those who send it (§6.1).
  return (meaning === 'opus' ? [`${map}/2`, `fmtp:${payload} useinbandfec=1`] : [map]).map(attribute);
}

/** A stream that is refused, or was: port 0 in its place, one format at least (RFC 3264 §6, §8.2). */
export function refusedSection({ type, protocol, formats }: Media): readonly Line[] {
  return [{ type: 'm', value: [type, 0, protocol, ...(formats.length === 0 ? ['0'] : formats)].join(' ') }];
}

/** Where in a description the first audio stream stands that has one of these codecs and is as it should; -1: nowhere. */
export function audioIndex(
  sdp: Sdp,
  codecs: readonly CodecName[] = codecNames(),
  fits: (media: Media) => boolean = () => true,
): number {
  return sdp.media.findIndex(
    (media) =>
      isRtpAudio(media) &&
      fits(media) &&
      boundPayloads(media).some(({ meaning }) => isCodec(meaning) && codecs.includes(meaning)),
  );
}

const PROFILES = new Set(['RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'RTP/SAVPF']);

function isRtpAudio({ type, port, protocol }: Media): boolean {
  return type === 'audio' && port !== 0 && PROFILES.has(protocol);
}
