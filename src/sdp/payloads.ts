import type { CodecName, Media, RtpMap } from './types.ts';

interface Known {
  readonly payload: number;
  readonly clock: number;
}

/** Our codecs with their static payload types (RFC 3551 §6, table 4). */
export const CODECS: Readonly<Record<CodecName, Known>> = {
  PCMU: { payload: 0, clock: 8000 },
  PCMA: { payload: 8, clock: 8000 },
};

/** telephone-event has no static number; 101 is what everybody uses. Events 0–15 are digits, 16 is flash (RFC 4733 §3.2). */
export const EVENTS = { encoding: 'telephone-event', payload: 101, clock: 8000, range: '0-16' } as const;

export type Meaning = CodecName | 'events';

export interface Bound {
  readonly payload: number;
  readonly meaning: Meaning;
}

/** The formats of an audio section that mean something to us, in order, each number once. */
export function boundPayloads(media: Media): readonly Bound[] {
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
  for (const name of codecNames()) {
    const { payload: fixed, clock } = CODECS[name];
    if (map === undefined ? payload === fixed : matches(map, name, clock)) return name;
  }
  return map !== undefined && matches(map, EVENTS.encoding, EVENTS.clock) ? 'events' : undefined;
}

export function codecNames(): readonly CodecName[] {
  return ['PCMU', 'PCMA'];
}

/** Encoding names match without case (RFC 4855 §3). */
function matches(map: RtpMap, encoding: string, clock: number): boolean {
  return map.clock === clock && map.channels === 1 && map.encoding.toLowerCase() === encoding.toLowerCase();
}
