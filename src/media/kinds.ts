import type { CodecName } from './protocol.ts';

/** What a payload number of a leg can stand for: audio, comfort noise (RFC 3389), or keys by their clock (RFC 4733). */
export type Kind = CodecName | 'comfort' | EventKind;
export type EventKind = 'event' | 'event/48000';

/** Hz. */
export const EVENT_CLOCK: Readonly<Record<EventKind, number>> = { event: 8000, 'event/48000': 48_000 };

const NAMES: Readonly<Record<CodecName, CodecName>> = { PCMU: 'PCMU', PCMA: 'PCMA', G722: 'G722', opus: 'opus' };

/** The same name as it stands in this program: one that came in a message is another string, and compared as one for each packet. */
export function nameOf(codec: CodecName): CodecName {
  return NAMES[codec];
}

/** Comfort noise has one number everywhere (RFC 3551 table 4). */
export const COMFORT = 13;

export function isEvent(kind: Kind): kind is EventKind {
  return kind === 'event' || kind === 'event/48000';
}

/** The kind of telephone-events of this clock rate. */
export function eventKind(clock: number): EventKind {
  return clock === 48_000 ? 'event/48000' : 'event';
}
