import { DigitReceiver, type RtpHeader } from '../rtp/index.ts';
import type { HostPorts } from './ports.ts';

/** A little more than the silence after which a digit that lost its end is over (ms). */
const LOST_END = 260;

/** The digits of one leg, each told once. */
export class Digits {
  readonly #ports: HostPorts;
  readonly #pressed: (digit: string, ms: number) => void;
  /** One for each clock rate that telephone-events may have (RFC 4733 §2.1). */
  readonly #receiver: DigitReceiver;
  readonly #wide: DigitReceiver;
  /** Ended, not yet told: telling is the last thing a step does. */
  readonly #ended: { readonly digit: string; readonly ms: number }[] = [];
  #watching = false;
  #heardAt = 0;

  constructor(ports: HostPorts, pressed: (digit: string, ms: number) => void) {
    this.#ports = ports;
    this.#pressed = pressed;
    const ended = (digit: string, ms: number): void => void this.#ended.push({ digit, ms });
    this.#receiver = new DigitReceiver(8000, ended);
    this.#wide = new DigitReceiver(48_000, ended);
  }

  /** `clock` in Hz. */
  take(bytes: Uint8Array, header: RtpHeader, now: number, clock = 8000): void {
    (clock === 8000 ? this.#receiver : this.#wide).take(bytes, header, now);
    this.#heardAt = now;
    if (!this.#watching) this.#watch(LOST_END);
  }

  tell(): void {
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      this.#pressed(ended.digit, ended.ms);
    }
  }

  #watch(ms: number): void {
    this.#watching = true;
    this.#ports.after('scene', ms, () => {
      this.#watching = false;
      const now = this.#ports.now();
      this.#receiver.tick(now);
      this.#wide.tick(now);
      const left = this.#heardAt + LOST_END - now;
      if (left > 0) this.#watch(left);
      this.tell();
    });
  }
}
