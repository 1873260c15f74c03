import type { NtpTime, ReportBlock } from './rtcp.ts';

/** Seconds from 1900 to 1970 (RFC 3550 §4). */
const EPOCH = 2_208_988_800;

/** Wall time in milliseconds since 1970 as an SR carries it. */
export function ntpTime(wall: number): NtpTime {
  const seconds = Math.floor(wall / 1000);
  const fraction = Math.floor(((wall - seconds * 1000) * 2 ** 32) / 1000);
  return { seconds: (seconds + EPOCH) % 2 ** 32, fraction };
}

/** The middle 32 bits: what LSR holds, in 65536ths of a second (RFC 3550 §6.4.1). */
export function middleOf({ seconds, fraction }: NtpTime): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}

/** Round-trip time in milliseconds of a report that arrives at `now`; undefined when the peer has had no SR from us. */
export function roundTrip(now: NtpTime, { lastSr, delaySinceLastSr }: ReportBlock): number | undefined {
  if (lastSr === 0) return undefined;
  const units = (middleOf(now) - lastSr - delaySinceLastSr) | 0;
  return Math.max(0, (units * 1000) / 65536);
}
