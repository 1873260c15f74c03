import type { CodecName } from './protocol.ts';

/** What a stream suffered on its way. */
export interface Impairment {
  /** Packets lost, 0…1. */
  readonly loss: number;
  /** Milliseconds. */
  readonly jitter: number;
  /** Milliseconds; undefined: not known, and taken for none. */
  readonly roundTrip: number | undefined;
}

/** Equipment impairment Ie and robustness against random loss Bpl (ITU-T G.113 appendix I; concealment at the receiver). */
const CODECS: Readonly<Record<CodecName, { readonly ie: number; readonly bpl: number }>> = {
  PCMU: { ie: 0, bpl: 25.1 },
  PCMA: { ie: 0, bpl: 25.1 },
  // Judged as narrowband, which these exceed: no worse than G.711.
  G722: { ie: 0, bpl: 25.1 },
  opus: { ie: 0, bpl: 25.1 },
};

/** R without any impairment but those of a telephone: the default values of ITU-T G.107. */
const BEST = 93.2;
/** ms: a packet being filled. */
const PACKET = 20;

/** One-way delay in ms: half the way there and back, a packet, and a buffer that bears the jitter twice over. */
export function delayOf({ jitter, roundTrip = 0 }: Impairment): number {
  return roundTrip / 2 + PACKET + 2 * jitter;
}

/** The transmission rating R of the E-model (ITU-T G.107), with its default values and the delay terms of G.107 simplified. */
export function rating(codec: CodecName, impairment: Impairment): number {
  const { ie, bpl } = CODECS[codec];
  const percent = impairment.loss * 100;
  const equipment = ie + ((95 - ie) * percent) / (percent + bpl);
  const delay = delayOf(impairment);
  const late = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  return Math.max(0, Math.min(100, BEST - late - equipment));
}

/** The mean opinion that people would have of it, 1…4.5 (G.107 annex B). */
export function mosOf(r: number): number {
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
