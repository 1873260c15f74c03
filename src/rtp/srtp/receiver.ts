import { HEADER_OCTETS, read32 } from '../packet.ts';
import { type Ciphers, ciphersOf } from './derive.ts';
import { Replay } from './replay.ts';
import { type SuiteName, SUITES } from './suite.ts';

const CYCLE = 65_536;
const REPORT_HEADER = 8;
/** Sources of one peer that are remembered; a phone takes a new SSRC when it is held and resumed. */
const SOURCES = 32;

/**
 * Takes the protection off one peer's streams. Sources are learnt from packets found authentic (RFC 4568 §6.4.1: late binding),
 * each with its own rollover counter, zero at first.
 */
export class SrtpReceiver {
  readonly #ciphers: Ciphers;
  readonly #mki: Uint8Array;
  readonly #sources = new Map<number, Replay>();
  readonly #reports = new Map<number, Replay>();

  /** `master`: key and salt of the suite's length; `mki`: what its packets carry to name it, mostly nothing. */
  constructor(suite: SuiteName, master: Uint8Array, mki: Uint8Array = new Uint8Array(0)) {
    this.#ciphers = ciphersOf(SUITES[suite], master);
    this.#mki = mki;
  }

  /**
   * The RTP packet inside, decrypted in place; undefined: not authentic, met before, too old, or no SRTP.
   * ```
   * header | encrypted: payload, padding | MKI, if any | tag           HMAC-SHA1 (RFC 3711 §3.1)
   * header | encrypted: payload, padding, tag          | MKI, if any   GCM (RFC 7714 §8.2)
   * ```
   */
  unprotect(bytes: Uint8Array): Uint8Array | undefined {
    const { rtp } = this.#ciphers;
    const packet = this.#withoutMki(bytes, rtp.tag);
    if (packet === undefined) return undefined;
    const length = packet.length - rtp.tag;
    const from = headerEnd(packet, length);
    if (from === undefined) return undefined;
    const ssrc = read32(packet, 8);
    const sequence = (packet[2]! << 8) | packet[3]!;
    const known = this.#sources.get(ssrc);
    const index = known?.indexOf(sequence) ?? sequence;
    if (known !== undefined && !known.isNew(index)) return undefined;
    const rollover = Math.floor(index / CYCLE);
    if (!rtp.open(packet, from, length, ssrc, rollover, sequence, rollover)) return undefined;
    (known ?? remember(this.#sources, ssrc)).note(index);
    return packet.subarray(0, length);
  }

  /**
   * The RTCP packet inside, decrypted in place when its E bit says that it is encrypted; undefined as above.
   * ```
   * header | encrypted reports      | E, index | MKI, if any | tag    HMAC-SHA1 (RFC 3711 §3.4)
   * header | encrypted reports, tag | E, index | MKI, if any          GCM (RFC 7714 §9.2)
   * ```
   */
  unprotectReport(bytes: Uint8Array): Uint8Array | undefined {
    const { rtcp } = this.#ciphers;
    const galois = rtcp.tag === 16;
    const packet = this.#withoutMki(bytes, rtcp.tag);
    const length = (packet?.length ?? 0) - rtcp.tag - 4;
    if (packet === undefined || length < REPORT_HEADER) return undefined;
    const word = read32(packet, galois ? length + rtcp.tag : length);
    if (!galois) packet.copyWithin(length, length + 4);
    const ssrc = read32(packet, 4);
    const index = word & 0x7fffffff;
    const known = this.#reports.get(ssrc);
    if (known !== undefined && !known.isNew(index)) return undefined;
    const from = word >>> 31 === 1 ? REPORT_HEADER : length;
    if (!rtcp.open(packet, from, length, ssrc, index >>> 16, index & 0xffff, word)) return undefined;
    (known ?? remember(this.#reports, ssrc)).note(index);
    return packet.subarray(0, length);
  }

  /** The packet with its MKI cut out, wherever it stands; undefined: it has another one, or none. */
  #withoutMki(bytes: Uint8Array, tag: number): Uint8Array | undefined {
    const { length } = this.#mki;
    if (length === 0) return bytes;
    const at = tag === 16 ? bytes.length - length : bytes.length - length - tag;
    if (at < HEADER_OCTETS || this.#mki.some((octet, offset) => bytes[at + offset] !== octet)) return undefined;
    bytes.copyWithin(at, at + length);
    return bytes.subarray(0, bytes.length - length);
  }
}

/** Past contributing sources and extension, which stay readable; undefined: this is no RTP packet. */
function headerEnd(packet: Uint8Array, length: number): number | undefined {
  if (length < HEADER_OCTETS || packet[0]! >> 6 !== 2) return undefined;
  let at = HEADER_OCTETS + (packet[0]! & 0x0f) * 4;
  if ((packet[0]! & 0x10) !== 0) {
    if (at + 4 > length) return undefined;
    at += 4 + ((packet[at + 2]! << 8) | packet[at + 3]!) * 4;
  }
  return at > length ? undefined : at;
}

/** The oldest of too many is forgotten. */
function remember(sources: Map<number, Replay>, ssrc: number): Replay {
  const [oldest] = sources.keys();
  if (sources.size >= SOURCES && oldest !== undefined) sources.delete(oldest);
  const fresh = new Replay();
  sources.set(ssrc, fresh);
  return fresh;
}
