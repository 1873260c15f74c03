import { read32, write32 } from '../rtp/index.ts';

/** A packet of feedback as RTCP carries it (RFC 4585 §6.1); `body` begins with the sender's SSRC. */
export interface Feedback {
  readonly type: number;
  /** What kind of its type. */
  readonly count: number;
  readonly body: Uint8Array;
}

/** How numbers of a stream that left become those of the source it was made from. */
export interface Source {
  /** The stream that left. */
  readonly ssrc: number;
  readonly sourceSsrc: number;
  /** undefined: no packet of that source. */
  readonly sourceOf: (sequence: number) => number | undefined;
}

export const RTPFB = 205;
export const PSFB = 206;
const NACK = 1;
const TMMBR = 3;
const TMMBN = 4;
const PLI = 1;
const FIR = 4;
const APPLICATION = 15;
const HEAD = 8;
/** `REMB`. */
const REMB = 0x52454d42;

export function isFeedback(type: number): boolean {
  return type === RTPFB || type === PSFB;
}

/**
 * Feedback about a stream that left, as feedback about its source: SSRCs and lost sequence numbers mapped back (RFC 4585,
 * RFC 5104); undefined: it is about something else, or not whole.
 * ```
 * |                  SSRC of packet sender                        |
 * |                  SSRC of media source                         |
 * :            Feedback Control Information (FCI)                 :
 * ```
 */
export function mapFeedback({ type, count, body }: Feedback, source: Source): Feedback | undefined {
  if (body.length < HEAD) return undefined;
  const fci = mapped(type, count, body, source);
  if (fci === undefined) return undefined;
  const made = new Uint8Array(HEAD + fci.length);
  // Who is asked is named in the FCI alone where the media source is 0 (RFC 5104 §4.3.1.2).
  write32(made, 4, read32(body, 4) === 0 ? 0 : source.sourceSsrc);
  made.set(fci, HEAD);
  return { type, count, body: made };
}

function mapped(type: number, count: number, body: Uint8Array, source: Source): Uint8Array | undefined {
  const fci = body.subarray(HEAD);
  if (type === PSFB && count === FIR) return mapEntries(fci, source);
  if (type === RTPFB && count === TMMBR) return mapEntries(fci, source);
  // Names who limited it: those are not known where it came from.
  if (type === RTPFB && count === TMMBN) return undefined;
  if (type === PSFB && count === APPLICATION && fci.length >= 8 && read32(fci, 0) === REMB) return mapRemb(fci, source);
  if (read32(body, 4) !== source.ssrc) return undefined;
  return type === RTPFB && count === NACK ? mapLost(fci, source.sourceOf) : fci;
}

/** Entries of eight octets that begin with an SSRC (RFC 5104 §4.2.1.1, §4.3.1.1). */
function mapEntries(fci: Uint8Array, { ssrc, sourceSsrc }: Source): Uint8Array | undefined {
  for (let at = 0; at + 8 <= fci.length; at += 8) {
    if (read32(fci, at) !== ssrc) continue;
    const entry = fci.slice(at, at + 8);
    write32(entry, 0, sourceSsrc);
    return entry;
  }
  return undefined;
}

/**
 * ```
 * |  Unique identifier 'R' 'E' 'M' 'B'                            |
 * |  Num SSRC     | BR Exp    |  BR Mantissa                      |
 * |   SSRC feedback                                               |
 * ```
 */
function mapRemb(fci: Uint8Array, { ssrc, sourceSsrc }: Source): Uint8Array | undefined {
  for (let at = 8; at + 4 <= fci.length; at += 4) {
    if (read32(fci, at) !== ssrc) continue;
    const made = fci.slice(0, 12);
    made[4] = 1;
    write32(made, 8, sourceSsrc);
    return made;
  }
  return undefined;
}

/**
 * ```
 * |            PID                |             BLP               |
 * ```
 * PID is lost, and of the sixteen after it those whose bit is set (RFC 4585 §6.2.1).
 */
function mapLost(fci: Uint8Array, sourceOf: Source['sourceOf']): Uint8Array | undefined {
  const lost: number[] = [];
  for (let at = 0; at + 4 <= fci.length; at += 4) {
    for (const sequence of lostIn(read32(fci, at))) {
      const source = sourceOf(sequence);
      if (source !== undefined) lost.push(source);
    }
  }
  return lost.length === 0 ? undefined : lostFci(lost);
}

function lostIn(word: number): readonly number[] {
  const first = word >>> 16;
  const lost = [first];
  for (let bit = 0; bit < 16; bit += 1) if ((word & (1 << bit)) !== 0) lost.push((first + 1 + bit) & 0xffff);
  return lost;
}

/** Generic NACKs for these numbers, in their order. */
export function lostFci(lost: readonly number[]): Uint8Array {
  const words: number[] = [];
  for (const sequence of lost) {
    const last = words.at(-1);
    const ahead = last === undefined ? 0 : (sequence - (last >>> 16)) & 0xffff;
    if (last !== undefined && ahead === 0) continue;
    if (last !== undefined && ahead <= 16) words[words.length - 1] = (last | (1 << (ahead - 1))) >>> 0;
    else words.push((sequence << 16) >>> 0);
  }
  const fci = new Uint8Array(words.length * 4);
  for (const [at, word] of words.entries()) write32(fci, at * 4, word);
  return fci;
}

/** Asks the source for a key frame: PLI (RFC 4585 §6.3.1), or FIR (RFC 5104 §4.3.1), whose number its sender sets. */
export function keyFrameWanted(by: 'pli' | 'fir', ssrc: number): Feedback {
  const body = new Uint8Array(by === 'pli' ? HEAD : 2 * HEAD);
  write32(body, by === 'pli' ? 4 : HEAD, ssrc);
  return { type: PSFB, count: by === 'pli' ? PLI : FIR, body };
}

export function isFullIntra({ type, count, body }: Feedback): boolean {
  return type === PSFB && count === FIR && body.length >= 2 * HEAD;
}

/** Of whom a key frame is asked, by PLI or FIR; undefined: it says something else. */
export function keyFrameOf(feedback: Feedback): number | undefined {
  const { type, count, body } = feedback;
  if (isFullIntra(feedback)) return read32(body, HEAD);
  return type === PSFB && count === PLI && body.length >= HEAD ? read32(body, 4) : undefined;
}
