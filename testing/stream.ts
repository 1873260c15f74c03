import type { Host } from './host.ts';

/** What one end of a connection is told. */
export interface StreamUser {
  opened(): void;
  received(bytes: Uint8Array): void;
  failed(why: string): void;
}

/** One end of a connection. */
export interface StreamEnd {
  send(bytes: Uint8Array): void;
  close(): void;
}

interface Side {
  readonly host: Host;
  readonly user: StreamUser;
}

export interface Carrier {
  /** Runs `act` when what is sent now arrives. */
  readonly later: (act: () => void) => void;
  /** How many octets of so many go into one segment. */
  readonly cut: (octets: number) => number;
}

/**
 * A connection between two hosts, as reliable and ordered as TCP's: loss would only show as delay, so weather leaves it alone.
 * What was sent at once arrives in pieces.
 */
export class Stream {
  readonly #carrier: Carrier;
  readonly #sides: readonly [Side, Side];
  #open = true;

  constructor(carrier: Carrier, caller: Side, called: Side) {
    this.#carrier = carrier;
    this.#sides = [caller, called];
    caller.host.streams.add(this);
    called.host.streams.add(this);
  }

  end(side: 0 | 1): StreamEnd {
    const [other, own] = side === 0 ? [this.#sides[1], this.#sides[0]] : [this.#sides[0], this.#sides[1]];
    return {
      send: (bytes) => this.#send(own, other, bytes),
      close: () => {
        this.#forget();
        this.#tell(other, 'closed by the peer');
      },
    };
  }

  /** Both ends learn that it is no more. */
  break(): void {
    if (!this.#open) return;
    this.#forget();
    for (const side of this.#sides) this.#tell(side, 'the connection broke');
  }

  #send(from: Side, to: Side, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.slice(at, at + this.#carrier.cut(bytes.length - at));
      at += piece.length;
      this.#carrier.later(() => {
        if (this.#open && from.host.up && to.host.up) to.host.kernel.input('segment', () => to.user.received(piece));
      });
    }
  }

  #tell({ host, user }: Side, why: string): void {
    this.#carrier.later(() => {
      if (host.up) host.kernel.input('stream failed', () => user.failed(why));
    });
  }

  #forget(): void {
    this.#open = false;
    for (const { host } of this.#sides) host.streams.delete(this);
  }
}
