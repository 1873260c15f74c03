import { newHeader, read32, readHeader, write32 } from '../packet.ts';
import { type Ciphers, ciphersOf } from './derive.ts';
import { Replay } from './replay.ts';
import { type SuiteName, SUITES } from './suite.ts';

const header = newHeader();
const CYCLE = 65_536;
/** The packet follows encrypted (RFC 3711 §3.4). */
const ENCRYPTED = 0x80000000;
const REPORT_HEADER = 8;

/** Protects one leg's outgoing stream and its reports: one SSRC, one master key. */
export class SrtpSender {
  readonly #ciphers: Ciphers;
  readonly #sent = new Replay();
  #reports = 0;

  /** `master`: key and salt of the suite's length. */
  constructor(suite: SuiteName, master: Uint8Array) {
    this.#ciphers = ciphersOf(SUITES[suite], master);
  }

  /** A protected copy of an RTP packet; undefined: it was sent before, or is too old (RFC 7714 §8.4: never twice). */
  protect(packet: Uint8Array): Uint8Array | undefined {
    if (!readHeader(packet, header)) return undefined;
    const index = this.#sent.indexOf(header.sequence);
    if (!this.#sent.isNew(index)) return undefined;
    this.#sent.note(index);
    const { rtp } = this.#ciphers;
    const out = new Uint8Array(packet.length + rtp.tag);
    out.set(packet);
    const rollover = Math.floor(index / CYCLE);
    rtp.seal(out, header.payloadAt, packet.length, header.ssrc, rollover, header.sequence, rollover);
    return out;
  }

  /** A protected copy of a compound RTCP packet, encrypted, with its index (RFC 3711 §3.4). */
  protectReport(packet: Uint8Array): Uint8Array {
    const { rtcp } = this.#ciphers;
    const { length } = packet;
    const index = this.#reports;
    this.#reports = (index + 1) & 0x7fffffff;
    const out = new Uint8Array(length + rtcp.tag + 4);
    out.set(packet);
    const word = (ENCRYPTED | index) >>> 0;
    rtcp.seal(out, REPORT_HEADER, length, read32(packet, 4), index >>> 16, index & 0xffff, word);
    return placeWord(out, length, rtcp.tag, word);
  }
}

/** GCM's tag is part of the cipher text and stands before the word (RFC 7714 §9.2), HMAC's behind it (RFC 3711 §3.4). */
function placeWord(out: Uint8Array, length: number, tag: number, word: number): Uint8Array {
  if (tag === 16) {
    write32(out, length + tag, word);
  } else {
    out.copyWithin(length + 4, length, length + tag);
    write32(out, length, word);
  }
  return out;
}
