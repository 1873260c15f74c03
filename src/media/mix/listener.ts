import type { PayloadMap } from '../protocol.ts';
import type { Session } from '../session.ts';
import { FRAME_MS } from '../voice/types.ts';
import { sameSound } from '../voice/wishes.ts';
import { type Choir, PRIMING, rateFor } from './choir.ts';
import type { MixRate, Part, Sum } from './sum.ts';

/** Frames for which somebody who has fallen silent keeps an encoder of his own: until the common one is where his is. */
const SETTLED = 25;

/** What a listener needs of his mixer. */
export interface Hall {
  readonly sum: (rate: MixRate) => Sum;
  readonly choir: (send: PayloadMap, ptime: number) => Choir;
}

/**
 * One who hears a mix: with the others, or, while he talks himself, apart. From one encoder to the other he goes where both have
 * been fed the same for a while, and between packets: what he hears has no seam.
 */
export class Listener {
  readonly session: Session;
  #apart = false;
  #alike = 0;
  /** As he heard it last, at which rate, and with whom. */
  #send: PayloadMap | undefined;
  #ptime = 0;
  #rate: MixRate = 8000;
  #choir: Choir | undefined;

  constructor(session: Session) {
    this.session = session;
  }

  /** The rate at which he can hear; undefined: nothing now. */
  get rate(): MixRate | undefined {
    const { end, latch } = this.session;
    return end?.send === undefined || latch.target === undefined ? undefined : rateFor(end.send);
  }

  /** Says this tick's mix to him: without `own`, and with what is only for him. */
  hear(hall: Hall, tick: number, own: Part | undefined, extra: Part | undefined): void {
    const { end, latch, stream, mouth } = this.session;
    if (end?.send === undefined || latch.target === undefined) {
      stream.fresh = true;
      this.#apart = false;
      return;
    }
    const { send, ptime } = end;
    if (this.#send !== send || this.#ptime !== ptime) this.#agree(send, ptime);
    const sum = hall.sum(this.#rate);
    const differs = own?.sounds === true || extra?.sounds === true;
    this.#alike = differs ? 0 : this.#alike + 1;
    if (differs && !this.#apart) this.#leave(this.#choirIn(hall, send), sum, tick);
    else if (this.#apart && this.#alike > SETTLED && mouth.between && this.#choirIn(hall, send).fresh(tick)) {
      this.#apart = false;
      mouth.rest();
    }
    if (this.#apart) mouth.say(sum.apart(own, extra), sum.rate, tick * FRAME_MS);
    else this.#choirIn(hall, send).sing(this.session, sum, tick);
  }

  /** Another codec, or another way of it, is another encoder. */
  #agree(send: PayloadMap, ptime: number): void {
    if (ptime !== this.#ptime || !sameSound(send, this.#send)) this.#apart = false;
    this.#send = send;
    this.#ptime = ptime;
    this.#rate = rateFor(send);
    this.#choir = undefined;
  }

  /** Asked of the mixer once, for as long as somebody sings there. */
  #choirIn(hall: Hall, send: PayloadMap): Choir {
    if (this.#choir === undefined || this.#choir.over) this.#choir = hall.choir(send, this.#ptime);
    return this.#choir;
  }

  /** His own encoder is brought to where the common one is, and the packet that that has begun is his to end. */
  #leave(choir: Choir, sum: Sum, tick: number): void {
    const { mouth } = this.session;
    const begun = tick * FRAME_MS - choir.pending(tick);
    const first = Math.floor(begun / FRAME_MS);
    for (let past = first - PRIMING; past < first; past += 1) {
      const whole = sum.whole(past);
      if (whole !== undefined) mouth.prime(whole, sum.rate);
    }
    mouth.rest();
    for (let past = first; past < tick; past += 1) {
      const skipped = Math.max(0, begun - past * FRAME_MS);
      const rest = sum.whole(past)?.subarray((skipped * sum.rate) / 1000);
      if (rest !== undefined) mouth.say(rest, sum.rate, past * FRAME_MS + skipped);
    }
    this.#apart = true;
  }
}
