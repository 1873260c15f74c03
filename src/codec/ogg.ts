/** Packets out of Ogg pages (RFC 3533). */

/** One logical stream of a file. */
export interface OggStream {
  /** Each one whole. */
  readonly packets: readonly Uint8Array[];
  /** Of the last page that ends a packet: samples at 48 kHz, where Opus is in it (RFC 7845 §4); -1: it does not say. */
  readonly position: number;
}

const HEAD = 27;
const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;

interface Page {
  readonly flags: number;
  readonly position: number;
  readonly serial: number;
  readonly lacing: Uint8Array;
  readonly body: Uint8Array;
  readonly end: number;
}

/**
 * The packets of the first stream in a file; others beside and behind it are left out. A page that is damaged is left out, and what
 * a missing one has torn with it. Never throws.
 */
export function readOgg(bytes: Uint8Array): OggStream {
  const packets: Uint8Array[] = [];
  let position = -1;
  let serial: number | undefined;
  let begun: Uint8Array[] | undefined;
  for (let at = nextPage(bytes, 0); at >= 0; ) {
    const page = pageAt(bytes, at);
    at = nextPage(bytes, page?.end ?? at + 1);
    if (page === undefined || (serial !== undefined && page.serial !== serial)) continue;
    if (serial !== undefined && (page.flags & FIRST) !== 0) break;
    serial = page.serial;
    if ((page.flags & CONTINUED) === 0) begun = [];
    begun = packetsOf(page, begun, packets);
    if (page.position >= 0) position = page.position;
    if ((page.flags & LAST) !== 0) break;
  }
  return { packets, position };
}

/** Adds what a page ends to `packets`; the pieces of what goes on in the next. `begun`: undefined when its beginning is missing. */
function packetsOf({ lacing, body }: Page, begun: Uint8Array[] | undefined, packets: Uint8Array[]): Uint8Array[] {
  let pieces = begun;
  let from = 0;
  let to = 0;
  for (const length of lacing) {
    to += length;
    if (length === 255) continue;
    if (pieces !== undefined) packets.push(joined([...pieces, body.subarray(from, to)]));
    pieces = [];
    from = to;
  }
  if (to > from || lacing.at(-1) === 255) pieces?.push(body.subarray(from, to));
  return pieces ?? [];
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Where the next capture pattern `OggS` is; -1: nowhere. */
function nextPage(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x4f, from); at >= 0; at = bytes.indexOf(0x4f, at + 1)) {
    if (bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67 && bytes[at + 3] === 0x53) return at;
  }
  return -1;
}

/**
 * The page that begins there; undefined: it is cut short or damaged. All numbers are little-endian.
 * ```
 * 'OggS' | version 1 | flags 1 | position 8 | serial 4 | page number 4 | checksum 4 | segments 1 | length of each segment | segments
 * ```
 */
function pageAt(bytes: Uint8Array, at: number): Page | undefined {
  if (at + HEAD > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const body = HEAD + view.getUint8(26);
  if (body > view.byteLength) return undefined;
  const lacing = bytes.subarray(at + HEAD, at + body);
  const end = lacing.reduce((sum, length) => sum + length, body);
  if (end > view.byteLength || view.getUint32(22, true) !== checksum(bytes.subarray(at, at + end))) return undefined;
  return {
    flags: view.getUint8(5),
    position: Number(view.getBigInt64(6, true)),
    serial: view.getUint32(14, true),
    lacing,
    body: bytes.subarray(at + body, at + end),
    end: at + end,
  };
}

/** CRC-32 with the polynomial 0x04c11db7, nothing inverted or reflected, the field itself read as zero (RFC 3533 §6). */
function checksum(page: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < page.length; at += 1) {
    const octet = at >= 22 && at < 26 ? 0 : page[at]!;
    crc = (crc << 8) ^ TABLE[(crc >>> 24) ^ octet]!;
  }
  return crc >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000_0000) === 0 ? crc << 1 : (crc << 1) ^ 0x04c1_1db7;
  return crc >>> 0;
});
