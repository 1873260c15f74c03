import { FRAME_MS } from '../voice/types.ts';

/** Frames on their way besides what the distance to the program explains, and frames that wait: 200 ms in all. */
const FLIGHT = 5;
const HELD = 5;
/** How many frames a ping stands for. */
const PACE = 2;
/** The most that a slow handshake may say of the distance (ms). */
const FAR = 500;

export interface FlowPorts {
  readonly send: (frame: Uint8Array) => void;
  /** So many frames are missing before the next one. */
  readonly missing: (frames: number) => void;
  readonly ping: (payload: string) => void;
}

/**
 * Audio on its way to a program, no more of it than 200 ms: the oldest is lost. What the program has received its answers to
 * pings tell (RFC 6455 §5.5.3), as the buffers of two kernels would hide minutes.
 */
export class Flow {
  /** Frames that were lost. */
  dropped = 0;
  readonly #ports: FlowPorts;
  readonly #held: Uint8Array[] = [];
  readonly #pings: { readonly sent: number; readonly at: number }[] = [];
  #sent = 0;
  #received = 0;
  #missing = 0;
  /** The shortest way there and back (ms). */
  #distance: number;
  #answeredAt: number;

  /** `handshake`: how long that took (ms): the distance is no longer than that. */
  constructor(ports: FlowPorts, now: number, handshake: number) {
    this.#ports = ports;
    this.#distance = Math.min(FAR, handshake);
    this.#answeredAt = now;
  }

  /** How long it has said nothing though it was asked (ms). */
  silence(now: number): number {
    const [first] = this.#pings;
    return first === undefined ? 0 : now - Math.max(first.at, this.#answeredAt);
  }

  /** Takes the next frame over. */
  put(frame: Uint8Array, now: number): void {
    this.#held.push(frame);
    this.#pour(now);
    if (this.#held.length <= HELD) return;
    this.#held.shift();
    this.#missing += 1;
    this.dropped += 1;
  }

  /** An answer to a ping; one that nobody asked for says nothing. */
  ponged(payload: string, now: number): void {
    const at = this.#pings.findIndex(({ sent }) => String(sent) === payload);
    const ping = this.#pings[at];
    if (ping === undefined) return;
    this.#pings.splice(0, at + 1);
    this.#answeredAt = now;
    this.#received = ping.sent;
    this.#distance = Math.min(this.#distance, now - ping.at);
    this.#pour(now);
  }

  #pour(now: number): void {
    const most = FLIGHT + Math.ceil(this.#distance / FRAME_MS);
    while (this.#sent - this.#received < most) {
      const frame = this.#held.shift();
      if (frame === undefined) return;
      if (this.#missing > 0) this.#ports.missing(this.#missing);
      this.#missing = 0;
      this.#ports.send(frame);
      this.#sent += 1;
      if (this.#sent % PACE === 0) this.#ask(now);
    }
  }

  #ask(now: number): void {
    this.#pings.push({ sent: this.#sent, at: now });
    this.#ports.ping(String(this.#sent));
  }
}
