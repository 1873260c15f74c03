import type { Kernel, Timer } from '../../kernel/index.ts';
import { Framing } from './framing.ts';
import type { Flow } from './types.ts';

/** How long a connection may take, in milliseconds. */
export interface StreamLimits {
  /** From the first octet of a message to its last. */
  readonly message: number;
  /** From the opening until anything was said. */
  readonly silence: number;
  /** Between two things said, in either direction. */
  readonly idle: number;
}

/** Messages and silence: as long as a transaction lasts. Idle: longer than the longest registration of 7200 s. */
export const STREAM_LIMITS: StreamLimits = { message: 32_000, silence: 32_000, idle: 7_500_000 };

interface StreamsParts {
  readonly kernel: Kernel;
  readonly limits: StreamLimits;
  readonly message: (flow: Flow, bytes: Uint8Array) => void;
  readonly ping: (flow: Flow) => void;
  /** The stream is forgotten already; its flow is to be closed. */
  readonly spoilt: (flow: Flow, why: string) => void;
}

interface Stream {
  readonly flow: Flow;
  /** undefined: the wire frames (RFC 7118 §5: one message in each WebSocket message). */
  readonly framing: Framing | undefined;
  readonly openedAt: number;
  /** When anything was last said; undefined: never. */
  lastAt: number | undefined;
  /** When the message began that is not whole yet. */
  begunAt: number | undefined;
  armedFor: number;
  timer: Timer | undefined;
}

/** The connections of a transport: each one's framing and its deadline. */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #streams = new Map<string, Stream>();

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#streams.size;
  }

  has(flow: Flow): boolean {
    return this.#streams.has(flow.id);
  }

  opened(flow: Flow): void {
    this.#of(flow);
  }

  sent(flow: Flow): void {
    const stream = this.#streams.get(flow.id);
    if (stream !== undefined) stream.lastAt = this.#parts.kernel.now();
  }

  forget(flow: Flow): void {
    this.#streams.get(flow.id)?.timer?.cancel();
    this.#streams.delete(flow.id);
  }

  received(flow: Flow, bytes: Uint8Array): void {
    const stream = this.#of(flow);
    stream.lastAt = this.#parts.kernel.now();
    if (stream.framing === undefined) this.#parts.message(flow, bytes);
    else this.#frames(stream, stream.framing, bytes);
  }

  #frames(stream: Stream, framing: Framing, bytes: Uint8Array): void {
    const { flow } = stream;
    const frames = framing.push(bytes);
    if (!framing.begun) stream.begunAt = undefined;
    else if (stream.begunAt === undefined || frames.length > 0) stream.begunAt = this.#parts.kernel.now();
    this.#arm(stream);
    for (const frame of frames) {
      // What an earlier message brought about may have closed the flow.
      if (this.#streams.get(flow.id) !== stream) return;
      if (frame.kind === 'message') this.#parts.message(flow, frame.bytes);
      else if (frame.kind === 'ping') this.#parts.ping(flow);
      else this.#spoil(flow, frame.why);
    }
  }

  #of(flow: Flow): Stream {
    const known = this.#streams.get(flow.id);
    if (known !== undefined) return known;
    const stream: Stream = {
      flow,
      framing: flow.protocol === 'tcp' || flow.protocol === 'tls' ? new Framing() : undefined,
      openedAt: this.#parts.kernel.now(),
      lastAt: undefined,
      begunAt: undefined,
      armedFor: Number.POSITIVE_INFINITY,
      timer: undefined,
    };
    this.#streams.set(flow.id, stream);
    this.#arm(stream);
    return stream;
  }

  #due({ openedAt, lastAt, begunAt }: Stream): number {
    const { message, silence, idle } = this.#parts.limits;
    if (begunAt !== undefined) return begunAt + message;
    return lastAt === undefined ? openedAt + silence : lastAt + idle;
  }

  /** A later deadline is found when the timer of an earlier one fires. */
  #arm(stream: Stream): void {
    const due = this.#due(stream);
    if (due >= stream.armedFor) return;
    stream.timer?.cancel();
    stream.armedFor = due;
    const { kernel } = this.#parts;
    stream.timer = kernel.house.after(Math.max(0, due - kernel.now()), () => this.#late(stream));
  }

  #late(stream: Stream): void {
    stream.armedFor = Number.POSITIVE_INFINITY;
    if (this.#due(stream) > this.#parts.kernel.now()) this.#arm(stream);
    else this.#spoil(stream.flow, stream.begunAt !== undefined ? 'a message that does not end' : 'nothing said');
  }

  #spoil(flow: Flow, why: string): void {
    this.forget(flow);
    this.#parts.spoilt(flow, why);
  }
}
