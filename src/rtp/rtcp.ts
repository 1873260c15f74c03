import { fromUtf8, utf8 } from '../kernel/index.ts';
import { read32, write32 } from './packet.ts';

/** What a receiver tells about one source (RFC 3550 §6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** In 256ths. */
  readonly fractionLost: number;
  /** Signed, 24 bits. */
  readonly lost: number;
  /** Extended highest sequence number. */
  readonly highest: number;
  /** Timestamp units. */
  readonly jitter: number;
  /** The middle 32 bits of the last SR's NTP time, 0 when none came. */
  readonly lastSr: number;
  /** Since that SR, in 65536ths of a second. */
  readonly delaySinceLastSr: number;
}

export interface NtpTime {
  /** Since 1900, 32 bits. */
  readonly seconds: number;
  /** In 2^32ths of a second. */
  readonly fraction: number;
}

export interface SdesItem {
  /** 1 CNAME, 2 NAME, 3 EMAIL, 4 PHONE, 5 LOC, 6 TOOL, 7 NOTE, 8 PRIV (RFC 3550 §6.5). */
  readonly type: number;
  readonly text: string;
}

export interface SdesChunk {
  readonly ssrc: number;
  readonly items: readonly SdesItem[];
}

export interface SenderReport {
  readonly kind: 'sr';
  readonly ssrc: number;
  readonly ntp: NtpTime;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
  readonly reports: readonly ReportBlock[];
}

export type RtcpPacket =
  | SenderReport
  | { readonly kind: 'rr'; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
  | { readonly kind: 'sdes'; readonly chunks: readonly SdesChunk[] }
  | { readonly kind: 'bye'; readonly sources: readonly number[]; readonly reason: string }
  /** APP, feedback and what comes later: `count` is the five bits beside the version, `body` what follows the first word. */
  | { readonly kind: 'other'; readonly type: number; readonly count: number; readonly body: Uint8Array };

export interface MalformedRtcp {
  readonly malformed: string;
}

const SR = 200;
const RR = 201;
const SDES = 202;
const BYE = 203;
const REPORT_OCTETS = 24;
/** Five bits count reports, chunks and sources. */
const MAX_COUNT = 31;

/**
 * A compound packet: each of its packets begins with
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|  count  |  packet type  |  length in words, minus one   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 * The first is an SR or RR, only the last may be padded, and the lengths add up (RFC 3550 A.2). Never throws.
 */
export function parseRtcp(bytes: Uint8Array): readonly RtcpPacket[] | MalformedRtcp {
  const packets: RtcpPacket[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length || bytes[at]! >> 6 !== 2) return { malformed: 'not version 2' };
    const end = at + (((bytes[at + 2]! << 8) | bytes[at + 3]!) + 1) * 4;
    if (end > bytes.length) return { malformed: 'a length beyond the end' };
    const padding = (bytes[at]! & 0x20) === 0 ? 0 : bytes[end - 1]!;
    if ((bytes[at]! & 0x20) !== 0 && !isPadding(padding, end, bytes.length, at)) return { malformed: 'bad padding' };
    const packet = readPacket(bytes, at, end - padding);
    if (packet === undefined) return { malformed: `a packet of type ${bytes[at + 1]} is too short` };
    packets.push(packet);
    at = end;
  }
  const [first] = packets;
  if (first?.kind !== 'sr' && first?.kind !== 'rr') return { malformed: 'does not begin with SR or RR' };
  return packets;
}

function isPadding(octets: number, end: number, total: number, at: number): boolean {
  return end === total && octets > 0 && octets % 4 === 0 && at + 4 + octets <= end;
}

function readPacket(bytes: Uint8Array, at: number, end: number): RtcpPacket | undefined {
  const count = bytes[at]! & 0x1f;
  switch (bytes[at + 1]!) {
    case SR:
      return readSenderReport(bytes, at, end, count);
    case RR: {
      const reports = readReports(bytes, at + 8, end, count);
      return reports && { kind: 'rr', ssrc: read32(bytes, at + 4), reports };
    }
    case SDES: {
      const chunks = readChunks(bytes, at + 4, end, count);
      return chunks && { kind: 'sdes', chunks };
    }
    case BYE:
      return readBye(bytes, at + 4, end, count);
    default:
      return { kind: 'other', type: bytes[at + 1]!, count, body: bytes.slice(at + 4, end) };
  }
}

/**
 * ```
 * |                         SSRC of sender                        |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |              NTP timestamp, most significant word             |
 * |             NTP timestamp, least significant word             |
 * |                         RTP timestamp                         |
 * |                     sender's packet count                     |
 * |                      sender's octet count                     |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |                        report blocks ....                     |
 * ```
 */
function readSenderReport(bytes: Uint8Array, at: number, end: number, count: number): SenderReport | undefined {
  const reports = readReports(bytes, at + 28, end, count);
  return (
    reports && {
      kind: 'sr',
      ssrc: read32(bytes, at + 4),
      ntp: { seconds: read32(bytes, at + 8), fraction: read32(bytes, at + 12) },
      rtpTimestamp: read32(bytes, at + 16),
      packets: read32(bytes, at + 20),
      octets: read32(bytes, at + 24),
      reports,
    }
  );
}

/**
 * ```
 * |                 SSRC_n (SSRC of source)                       |
 * | fraction lost |       cumulative number of packets lost       |
 * |           extended highest sequence number received           |
 * |                      interarrival jitter                      |
 * |                         last SR (LSR)                         |
 * |                   delay since last SR (DLSR)                  |
 * ```
 * What follows the blocks (a profile's extension) is passed over.
 */
function readReports(bytes: Uint8Array, from: number, end: number, count: number): ReportBlock[] | undefined {
  if (from + count * REPORT_OCTETS > end) return undefined;
  const reports: ReportBlock[] = [];
  for (let at = from; reports.length < count; at += REPORT_OCTETS) {
    const lost = read32(bytes, at + 4);
    reports.push({
      ssrc: read32(bytes, at),
      fractionLost: lost >>> 24,
      lost: (lost << 8) >> 8,
      highest: read32(bytes, at + 8),
      jitter: read32(bytes, at + 12),
      lastSr: read32(bytes, at + 16),
      delaySinceLastSr: read32(bytes, at + 20),
    });
  }
  return reports;
}

/** Chunks of SSRC and items `type, length, text`, each ended by a zero and filled up to a whole word. */
function readChunks(bytes: Uint8Array, from: number, end: number, count: number): SdesChunk[] | undefined {
  const chunks: SdesChunk[] = [];
  for (let at = from; chunks.length < count; ) {
    if (at + 8 > end) return undefined;
    const ssrc = read32(bytes, at);
    const items: SdesItem[] = [];
    at += 4;
    while (at < end && bytes[at] !== 0) {
      const to = at + 2 + (bytes[at + 1] ?? 0);
      if (at + 2 > end || to > end) return undefined;
      items.push({ type: bytes[at]!, text: utf8(bytes.subarray(at + 2, to)) });
      at = to;
    }
    if (at >= end) return undefined;
    at += 4 - ((at - from) & 3);
    chunks.push({ ssrc, items });
  }
  return chunks;
}

function readBye(bytes: Uint8Array, from: number, end: number, count: number): RtcpPacket | undefined {
  const after = from + count * 4;
  if (after > end) return undefined;
  const sources = Array.from({ length: count }, (_, at) => read32(bytes, from + at * 4));
  const length = after < end ? bytes[after]! : 0;
  if (after + 1 + length > end && length > 0) return undefined;
  return { kind: 'bye', sources, reason: utf8(bytes.subarray(after + 1, after + 1 + length)) };
}

/** A compound packet's octets. More reports, chunks or sources than five bits can count are left out. */
export function printRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  const parts = packets.map(printPacket);
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function printPacket(packet: RtcpPacket): Uint8Array {
  switch (packet.kind) {
    case 'sr': {
      const { ssrc, ntp, rtpTimestamp, packets, octets } = packet;
      return printReports(SR, [ssrc, ntp.seconds, ntp.fraction, rtpTimestamp, packets, octets], packet.reports);
    }
    case 'rr':
      return printReports(RR, [packet.ssrc], packet.reports);
    case 'sdes': {
      const chunks = packet.chunks.slice(0, MAX_COUNT);
      return framed(SDES, chunks.length, chunks.flatMap(chunkOctets));
    }
    case 'bye': {
      const sources = packet.sources.slice(0, MAX_COUNT);
      const reason = packet.reason === '' ? [] : counted(packet.reason);
      return framed(BYE, sources.length, [...sources.flatMap(octetsOf), ...reason]);
    }
    case 'other':
    default:
      return framed(packet.type, packet.count, [...packet.body]);
  }
}

function printReports(type: number, head: readonly number[], reports: readonly ReportBlock[]): Uint8Array {
  const blocks = reports.slice(0, MAX_COUNT);
  const words = blocks.flatMap((block) => [
    block.ssrc,
    (block.fractionLost << 24) | (block.lost & 0xffffff),
    block.highest,
    block.jitter,
    block.lastSr,
    block.delaySinceLastSr,
  ]);
  return framed(type, blocks.length, [...head, ...words].flatMap(octetsOf));
}

function chunkOctets({ ssrc, items }: SdesChunk): readonly number[] {
  const octets = [...octetsOf(ssrc), ...items.flatMap(({ type, text }) => [type, ...counted(text)])];
  return [...octets, ...zeros(4 - (octets.length & 3))];
}

/** A length octet and at most 255 octets of UTF-8. */
function counted(text: string): readonly number[] {
  const octets = fromUtf8(text).subarray(0, 255);
  return [octets.length, ...octets];
}

function octetsOf(word: number): readonly number[] {
  const octets = [0, 0, 0, 0];
  return octets.map((_, at) => (word >>> (24 - at * 8)) & 0xff);
}

function zeros(count: number): readonly number[] {
  return Array.from({ length: count }, () => 0);
}

function framed(type: number, count: number, body: readonly number[]): Uint8Array {
  const words = 1 + Math.ceil(body.length / 4);
  const bytes = new Uint8Array(words * 4);
  write32(bytes, 0, (((0x80 | count) << 24) | (type << 16) | (words - 1)) >>> 0);
  bytes.set(body, 4);
  return bytes;
}
