/** Sequence numbers and timestamps that wrap, and what was lost of a stream (RFC 3550 A.1, A.3). */

/** How far `to` lies ahead of `from`, from -32768 to 32767. */
export function sequenceAhead(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** How far `to` lies ahead of `from`, from -2^31 to 2^31 - 1. */
export function timestampAhead(from: number, to: number): number {
  return (to - from) | 0;
}

/** Whether a packet came again, or after those that followed it; what is further back is of a source that began anew (RFC 3550 A.1). */
export function isBehind(newest: number, sequence: number): boolean {
  const ahead = sequenceAhead(newest, sequence);
  return ahead <= 0 && ahead >= -MAX_MISORDER;
}

/** The number without wraps that `sequence` stands for, given one near it (extended, from an earlier packet). */
export function extendSequence(near: number, sequence: number): number {
  return near + sequenceAhead(near & 0xffff, sequence);
}

const CYCLE = 65536;
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;

/** One source's sequence numbers as they arrive. */
export class ReceivedSequence {
  #started = false;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #bad = CYCLE + 1;
  #received = 0;
  #receivedBefore = 0;
  #expectedBefore = 0;

  /**
   * Counts a packet. False: its number lies too far from the others to belong to them; two such in a row are a source that
   * started anew (RFC 3550 A.1; its probation is the latch's business).
   */
  take(sequence: number): boolean {
    if (!this.#started) this.#start(sequence);
    const ahead = (sequence - this.#highest) & 0xffff;
    if (ahead < MAX_DROPOUT) {
      if (sequence < this.#highest) this.#cycles += CYCLE;
      this.#highest = sequence;
    } else if (ahead <= CYCLE - MAX_MISORDER) {
      if (sequence !== this.#bad) {
        this.#bad = (sequence + 1) & 0xffff;
        return false;
      }
      this.#start(sequence);
    }
    this.#received += 1;
    return true;
  }

  /** Packets taken since the stream started; late and repeated ones count. */
  get received(): number {
    return this.#received;
  }

  /** The highest number with its wraps: what a reception report carries. */
  get highest(): number {
    return this.#cycles + this.#highest;
  }

  get expected(): number {
    return this.#started ? this.highest - this.#base + 1 : 0;
  }

  /** Negative when packets were repeated; within the 24 bits that a report has for it. */
  get lost(): number {
    return Math.max(-0x800000, Math.min(0x7fffff, this.expected - this.#received));
  }

  /** The fraction lost since the last call, in 256ths (RFC 3550 A.3). */
  takeFractionLost(): number {
    const expected = this.expected - this.#expectedBefore;
    const lost = expected - (this.#received - this.#receivedBefore);
    this.#expectedBefore = this.expected;
    this.#receivedBefore = this.#received;
    return expected === 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected));
  }

  #start(sequence: number): void {
    this.#started = true;
    this.#base = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#bad = CYCLE + 1;
    this.#received = 0;
    this.#receivedBefore = 0;
    this.#expectedBefore = 0;
  }
}
