import type { CodecName, Media, RtpMap } from './types.ts';

interface Known {
  readonly payload: number;
  readonly clock: number;
}

/**
 * Our codecs with their payload types (RFC 3551 §6, tables 4). G.722 says 8000 although it samples at 16 kHz (§4.5.2); Opus says 48000
 * and two channels whatever it carries (RFC 7587 §7), and has no static number: 111 is what browsers use.
 */
export const CODECS: Readonly<Record<CodecName, Known>> = {
  PCMU: { payload: 0, clock: 8000 },
  PCMA: { payload: 8, clock: 8000 },
  G722: { payload: 9, clock: 8000 },
  opus: { payload: 111, clock: 48_000 },
};

/**
 * telephone-event has no static number; 101 is what everybody uses. It has the clock of the audio beside it (RFC 4733 §2.1). Events
 * 0–15 are digits, 16 is flash (§3.2).
 */
export const EVENTS = {
  events: { payload: 101, clock: 8000 },
  'events/48000': { payload: 102, clock: 48_000 },
} as const;
export const EVENT_ENCODING = 'telephone-event';
export const EVENT_RANGE = '0-16';

/** Comfort noise (RFC 3389 §4). */
export const COMFORT = { encoding: 'CN', payload: 13, clock: 8000 } as const;

export type EventMeaning = keyof typeof EVENTS;
export type Meaning = CodecName | EventMeaning | 'comfort';

export function isCodec(meaning: Meaning): meaning is CodecName {
  return meaning in CODECS;
}

export function isEvents(meaning: Meaning): meaning is EventMeaning {
  return meaning in EVENTS;
}

export interface Bound {
  readonly payload: number;
  readonly meaning: Meaning;
}

/** Of descriptions that are still looked at: each is asked for several times. */
const known = new WeakMap<Media, readonly Bound[]>();

/** The formats of an audio section that mean something to us, in order, each number once. */
export function boundPayloads(media: Media): readonly Bound[] {
  const before = known.get(media);
  if (before !== undefined) return before;
  const bound = bind(media);
  known.set(media, bound);
  return bound;
}

function bind(media: Media): readonly Bound[] {
  const bound: Bound[] = [];
  const seen = new Set<number>();
  for (const format of new Set(media.formats)) {
    const payload = payloadNumber(format);
    const meaning = payload === undefined ? undefined : meaningOf(payload, media.rtpmap.get(format));
    if (payload === undefined || meaning === undefined || seen.has(payload)) continue;
    seen.add(payload);
    bound.push({ payload, meaning });
  }
  return bound;
}

export function payloadNumber(format: string): number | undefined {
  return /^\d{1,3}$/.test(format) && Number(format) <= 127 ? Number(format) : undefined;
}

function meaningOf(payload: number, map: RtpMap | undefined): Meaning | undefined {
  if (payload === COMFORT.payload && (map === undefined || matches(map, COMFORT.encoding, COMFORT.clock)))
    return 'comfort';
  for (const name of codecNames()) {
    const { payload: fixed, clock } = CODECS[name];
    if (map === undefined ? payload === fixed && fixed < 96 : matches(map, name, clock)) return name;
  }
  if (map === undefined) return undefined;
  if (matches(map, EVENT_ENCODING, EVENTS.events.clock)) return 'events';
  return matches(map, EVENT_ENCODING, EVENTS['events/48000'].clock) ? 'events/48000' : undefined;
}

const CODEC_NAMES: readonly CodecName[] = ['PCMU', 'PCMA', 'G722', 'opus'];

export function codecNames(): readonly CodecName[] {
  return CODEC_NAMES;
}

/** Encoding names match without case (RFC 4855 §3). Opus always has two channels, though some leave them out. */
function matches(map: RtpMap, encoding: string, clock: number): boolean {
  if (map.clock !== clock || map.encoding.length !== encoding.length) return false;
  if (map.encoding !== encoding && map.encoding.toLowerCase() !== encoding.toLowerCase()) return false;
  return map.channels === 1 || (encoding === 'opus' && map.channels === 2);
}
