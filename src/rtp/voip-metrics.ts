import { read32, write32 } from './packet.ts';

/** What a receiver found of one source, beyond a reception report (RFC 3611 §4.7). */
export interface VoipMetrics {
  readonly ssrc: number;
  /** In 256ths, since the beginning. */
  readonly lossRate: number;
  readonly discardRate: number;
  /** Milliseconds. */
  readonly roundTrip: number;
  readonly endSystemDelay: number;
  /** 0…100; undefined: not known. */
  readonly rFactor: number | undefined;
  /** 1…5; undefined: not known. */
  readonly mosListening: number | undefined;
  readonly mosConversational: number | undefined;
}

/** Extended reports (RFC 3611 §2). */
export const XR = 207;
const VOIP_METRICS = 7;
const WORDS = 8;
/** "This parameter is unavailable." */
const UNKNOWN = 127;
/** The minimum gap that is recommended (§4.7.2). */
const GMIN = 16;

/**
 * The first block of voice metrics in an XR packet's body; undefined: there is none. Other blocks are passed over.
 * ```
 * |                              SSRC                             |  of the reporter
 * |     BT=7      |   reserved    |       block length = 8        |
 * |                        SSRC of source                         |
 * |   loss rate   | discard rate  | burst density |  gap density  |
 * |       burst duration          |         gap duration          |
 * |     round trip delay          |       end system delay        |
 * | signal level  |  noise level  |     RERL      |     Gmin      |
 * |   R factor    | ext. R factor |    MOS-LQ     |    MOS-CQ     |
 * |   RX config   |   reserved    |          JB nominal           |
 * |          JB maximum           |          JB abs max           |
 * ```
 */
export function readVoipMetrics(body: Uint8Array): VoipMetrics | undefined {
  for (let at = 4; at + 4 <= body.length; ) {
    const words = (body[at + 2]! << 8) | body[at + 3]!;
    const end = at + 4 + words * 4;
    if (end > body.length) return undefined;
    if (body[at] === VOIP_METRICS && words === WORDS) return readBlock(body, at + 4);
    at = end;
  }
  return undefined;
}

function readBlock(body: Uint8Array, at: number): VoipMetrics {
  return {
    ssrc: read32(body, at),
    lossRate: body[at + 4]!,
    discardRate: body[at + 5]!,
    roundTrip: read32(body, at + 12) >>> 16,
    endSystemDelay: read32(body, at + 12) & 0xffff,
    rFactor: within(body[at + 20]!, 0, 100),
    mosListening: tenths(body[at + 22]!),
    mosConversational: tenths(body[at + 23]!),
  };
}

function within(value: number, least: number, most: number): number | undefined {
  return value >= least && value <= most ? value : undefined;
}

/** MOS times ten, 10 to 50. */
function tenths(value: number): number | undefined {
  const mos = within(value, 10, 50);
  return mos === undefined ? undefined : mos / 10;
}

/** The body of an XR packet with one block of voice metrics; what we do not measure is said to be unknown. */
export function voipMetricsBody(reporter: number, metrics: VoipMetrics): Uint8Array {
  const body = new Uint8Array(8 + WORDS * 4);
  write32(body, 0, reporter);
  write32(body, 4, (VOIP_METRICS << 24) | WORDS);
  write32(body, 8, metrics.ssrc);
  write32(body, 12, (metrics.lossRate << 24) | (metrics.discardRate << 16));
  write32(body, 20, (Math.min(0xffff, metrics.roundTrip) << 16) | Math.min(0xffff, metrics.endSystemDelay));
  write32(body, 24, (UNKNOWN << 24) | (UNKNOWN << 16) | (UNKNOWN << 8) | GMIN);
  const mos = [metrics.mosListening, metrics.mosConversational].map((one) =>
    one === undefined ? UNKNOWN : Math.round(one * 10),
  );
  body.set([metrics.rFactor === undefined ? UNKNOWN : Math.round(metrics.rFactor), UNKNOWN, ...mos], 28);
  return body;
}
