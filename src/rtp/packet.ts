/** RTP packets (RFC 3550 §5.1), read and written in place: nothing here allocates per packet. */

/**
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |            contributing source (CSRC) identifiers             |
 * |                             ....                              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      defined by profile       |    length in 32-bit words     |  if X
 * |                        header extension                       |
 * |                             ....                              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                            payload ....       | pad, its count|  if P
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export interface RtpHeader {
  marker: boolean;
  /** Payload type, 0–127. */
  payload: number;
  /** 16 bits. */
  sequence: number;
  /** 32 bits, in units of the payload's clock. */
  timestamp: number;
  ssrc: number;
  /** Where the payload begins and ends in the datagram: past CSRC and extension, before padding. */
  payloadAt: number;
  payloadEnd: number;
}

/** Octets of a header without CSRC and extension. */
export const HEADER_OCTETS = 12;

export function newHeader(): RtpHeader {
  return {
    marker: false,
    payload: 0,
    sequence: 0,
    timestamp: 0,
    ssrc: 0,
    payloadAt: HEADER_OCTETS,
    payloadEnd: HEADER_OCTETS,
  };
}

/** Reads a datagram's header into `into`; false, and `into` untouched, when it is no RTP packet (RFC 3550 A.1). */
export function readHeader(bytes: Uint8Array, into: RtpHeader): boolean {
  const length = bytes.length;
  if (length < HEADER_OCTETS || isRtcp(bytes)) return false;
  const first = bytes[0]!;
  if (first >> 6 !== 2) return false;
  let at = HEADER_OCTETS + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (at + 4 > length) return false;
    at += 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : bytes[length - 1]!;
  if ((first & 0x20) !== 0 && padding === 0) return false;
  if (at + padding > length) return false;
  into.marker = (bytes[1]! & 0x80) !== 0;
  into.payload = bytes[1]! & 0x7f;
  into.sequence = (bytes[2]! << 8) | bytes[3]!;
  into.timestamp = read32(bytes, 4);
  into.ssrc = read32(bytes, 8);
  into.payloadAt = at;
  into.payloadEnd = length - padding;
  return true;
}

/** Writes a plain header (no CSRC, extension, padding) at the start; the payload goes to {@link HEADER_OCTETS}. */
export function writeHeader(
  bytes: Uint8Array,
  marker: boolean,
  payload: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = 0x80;
  rewriteHeader(bytes, marker, payload, sequence, timestamp, ssrc);
}

/** Puts new values into a packet that {@link readHeader} accepted; CSRC, extension, payload and padding stay. */
export function rewriteHeader(
  bytes: Uint8Array,
  marker: boolean,
  payload: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[1] = (marker ? 0x80 : 0) | (payload & 0x7f);
  bytes[2] = (sequence >> 8) & 0xff;
  bytes[3] = sequence & 0xff;
  write32(bytes, 4, timestamp);
  write32(bytes, 8, ssrc);
}

/** Tells RTCP from RTP on one port by the packet type, 192–223 (RFC 5761 §4). */
export function isRtcp(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0]! >> 6 === 2 && bytes[1]! >= 192 && bytes[1]! <= 223;
}

/** Big-endian; the caller has proved that four octets are there. */
export function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value >>> 24) & 0xff;
  bytes[at + 1] = (value >>> 16) & 0xff;
  bytes[at + 2] = (value >>> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
}
