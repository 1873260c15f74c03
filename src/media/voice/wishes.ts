import type { OpusWishes } from '../../codec/index.ts';
import type { PayloadMap } from '../protocol.ts';

/** How a peer wishes its Opus to be made. Who does not say that it uses in-band FEC does not (RFC 7587 §6.1). */
export function wishesOf({ bitrate, dtx, constant, fec, playback }: PayloadMap): OpusWishes {
  return {
    fec: fec === true,
    ...(bitrate !== undefined && { bitrate }),
    ...(dtx !== undefined && { dtx }),
    ...(constant !== undefined && { constant }),
    ...(playback !== undefined && { playback }),
  };
}

/** Whether both are encoded alike, by whatever number. */
export function sameSound(one: PayloadMap, other: PayloadMap | undefined): boolean {
  return (
    one.codec === other?.codec &&
    one.bitrate === other.bitrate &&
    one.dtx === other.dtx &&
    one.constant === other.constant &&
    one.fec === other.fec &&
    one.playback === other.playback
  );
}

/** What has fewer octets is not sent: with `dtx` what says nothing (RFC 7587 §3.1.3). */
export function leastOctets({ dtx }: PayloadMap): number {
  return dtx === true ? 3 : 1;
}
