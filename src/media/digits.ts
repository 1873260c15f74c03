import { DigitReceiver, type RtpHeader } from '../rtp/index.ts';
import type { HostPorts } from './ports.ts';

/** A little more than the silence after which a digit that lost its end is over (ms). */
const LOST_END = 260;
/** telephone-event has the clock of the audio beside it (RFC 4733 §2.1). */
const CLOCK = 8000;

/** The digits of one leg, each told once. */
export class Digits {
  readonly #ports: HostPorts;
  readonly #session: string;
  readonly #receiver: DigitReceiver;
  /** Ended, not yet told: telling is the last thing a step does. */
  readonly #ended: { readonly digit: string; readonly ms: number }[] = [];
  #watching = false;
  #heardAt = 0;

  constructor(ports: HostPorts, session: string) {
    this.#ports = ports;
    this.#session = session;
    this.#receiver = new DigitReceiver(CLOCK, (digit, ms) => void this.#ended.push({ digit, ms }));
  }

  take(bytes: Uint8Array, header: RtpHeader, now: number): void {
    this.#receiver.take(bytes, header, now);
    this.#heardAt = now;
    if (!this.#watching) this.#watch(LOST_END);
  }

  tell(): void {
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      this.#ports.tell({ event: 'digit', session: this.#session, ...ended });
    }
  }

  #watch(ms: number): void {
    this.#watching = true;
    this.#ports.after('scene', ms, () => {
      this.#watching = false;
      const now = this.#ports.now();
      this.#receiver.tick(now);
      const left = this.#heardAt + LOST_END - now;
      if (left > 0) this.#watch(left);
      this.tell();
    });
  }
}
