import { fromBase64 } from '../kernel/index.ts';
import { isRtcp } from '../rtp/index.ts';
import { SrtpReceiver, SrtpSender, SUITES } from '../rtp/srtp/index.ts';
import type { RtpEnd, SrtpKey } from './protocol.ts';

/**
 * SRTP of one leg. A key that stays keeps its context, and with it the rollover counters and what was met before (RFC 3711
 * §3.3.1): hold, resume and a moved peer change nothing. A new key begins with a new context (RFC 4568 §7.1.4).
 */
export class Protection {
  #keys: RtpEnd['crypto'];
  #sender: SrtpSender | undefined;
  #receiver: SrtpReceiver | undefined;
  /** Of the key before, until something came under the new one (RFC 4568 §7.1.4: be prepared for both). */
  #former: SrtpReceiver | undefined;

  /** Puts keys into force; undefined: plain RTP from now on. */
  agree(keys: RtpEnd['crypto']): void {
    const before = this.#keys;
    this.#keys = keys;
    if (!sameKey(before?.send, keys?.send)) this.#sender = keys && new SrtpSender(keys.send.suite, master(keys.send));
    if (sameKey(before?.receive, keys?.receive)) return;
    this.#former = keys === undefined ? undefined : this.#receiver;
    this.#receiver = keys && new SrtpReceiver(keys.receive.suite, master(keys.receive), mki(keys.receive));
  }

  /** What goes out for an RTP packet; undefined: it must not (its number was used). */
  seal(packet: Uint8Array): Uint8Array | undefined {
    return this.#sender === undefined ? packet : this.#sender.protect(packet);
  }

  sealReport(packet: Uint8Array): Uint8Array {
    return this.#sender === undefined ? packet : this.#sender.protectReport(packet);
  }

  /** The packet that came in a datagram on the RTP port; undefined: forged, met before, or not protected. RTCP passes as it is. */
  open(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#receiver === undefined || isRtcp(bytes)) return bytes;
    const opened = this.#receiver.unprotect(bytes);
    if (opened === undefined) return this.#former?.unprotect(bytes);
    this.#former = undefined;
    return opened;
  }

  /** The same of RTCP. */
  openReport(bytes: Uint8Array): Uint8Array | undefined {
    if (this.#receiver === undefined) return bytes;
    const again = this.#former === undefined ? undefined : bytes.slice();
    return this.#receiver.unprotectReport(bytes) ?? (again && this.#former?.unprotectReport(again));
  }
}

function sameKey(a: SrtpKey | undefined, b: SrtpKey | undefined): boolean {
  return a?.suite === b?.suite && a?.key === b?.key && a?.mki === b?.mki;
}

/** Signalling hands over only keys of the suite's length; another one protects nothing that anybody could read. */
function master({ suite, key }: SrtpKey): Uint8Array {
  const bytes = fromBase64(key);
  const { key: octets, salt } = SUITES[suite];
  if (bytes?.length !== octets + salt) throw new Error(`a key of ${bytes?.length} octets for ${suite}`);
  return bytes;
}

function mki({ mki: text = '' }: SrtpKey): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}
