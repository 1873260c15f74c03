import type { Hop } from '../src/sip/transport/types.ts';
import { kindOf } from './datagram.ts';
import type { Host } from './host.ts';
import type { Sighting } from './network.ts';
import { type Carrier, Stream, type StreamEnd, type StreamUser } from './stream.ts';

export interface ConnectingParts extends Carrier {
  readonly now: () => number;
  readonly tell: (sighting: Sighting) => void;
}

/** Who is called, at which port, and where he believes that it comes from. */
export interface Called {
  readonly host: Host;
  readonly port: number;
  readonly source: Hop;
}

/** A connection that is being opened, and then the caller's end of it. What is sent early arrives once it is open. */
export class Connecting implements StreamEnd {
  readonly #parts: ConnectingParts;
  readonly #host: Host;
  readonly #from: Hop;
  readonly #to: Hop;
  readonly #user: StreamUser;
  readonly #early: Uint8Array[] = [];
  #end: StreamEnd | undefined;
  #closed = false;

  constructor(parts: ConnectingParts, host: Host, from: Hop, to: Hop, user: StreamUser) {
    this.#parts = parts;
    this.#host = host;
    this.#from = from;
    this.#to = to;
    this.#user = user;
  }

  /** The way is known; undefined: there is none. */
  begin(called: Called | undefined): void {
    if (called === undefined) this.#refuse();
    else this.#parts.later(() => this.#join(called));
  }

  send(bytes: Uint8Array): void {
    if (this.#end === undefined) this.#early.push(bytes);
    else this.#end.send(bytes);
  }

  close(): void {
    this.#closed = true;
    this.#end?.close();
  }

  #refuse(): void {
    this.#parts.later(() => {
      if (!this.#closed) this.#host.kernel.input('refused', () => this.#user.failed('connection refused'));
    });
  }

  #join({ host, port, source }: Called): void {
    const accept = this.#host.up && !this.#closed ? host.accepting(port) : undefined;
    if (accept === undefined) return this.#refuse();
    let told: StreamUser | undefined;
    const theirs: StreamUser = {
      opened: () => told?.opened(),
      received: (bytes) => told?.received(bytes),
      failed: (why) => told?.failed(why),
    };
    const stream = new Stream(this.#parts, { host: this.#host, user: this.#user }, { host, user: theirs });
    told = accept(source, this.#seen(stream.end(1), host, this.#host, this.#to, source));
    const own = this.#seen(stream.end(0), this.#host, host, this.#from, this.#to);
    this.#end = own;
    host.kernel.input('accepted', () => theirs.opened());
    this.#host.kernel.input('connected', () => this.#user.opened());
    for (const bytes of this.#early) own.send(bytes);
  }

  /** Observers see what is sent at once as one, as if it were a datagram. */
  #seen(end: StreamEnd, sender: Host, receiver: Host, from: Hop, to: Hop): StreamEnd {
    const { tell, now } = this.#parts;
    return {
      close: () => end.close(),
      send: (bytes) => {
        tell({ at: now(), datagram: { kind: kindOf(bytes), from, to, bytes }, sender, receiver, copies: 1 });
        end.send(bytes);
      },
    };
  }
}
