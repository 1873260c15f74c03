import type { Kernel, Opened } from '../kernel/index.ts';
import type { MediaEngine, MediaSession, SessionEvent } from './engine.ts';
import {
  type Address,
  type Hears,
  type HostCommand,
  type HostEvent,
  PROTOCOL_VERSION,
  type RtpEnd,
  type SessionSpec,
} from './protocol.ts';

export interface HostedEngine extends MediaEngine {
  /** Takes an event of the host in; each is one input. */
  heard(event: HostEvent): void;
  /** Runs `then` once the host has said hello: its pool is filled. At once if it has. */
  ready(then: () => void): void;
  /** The host is gone: every session is told `failed`, every lease is forgotten. */
  lost(why: string): void;
  /** Leases free now on this address. */
  free(address: string): number;
}

/** How long a host's sessions that nobody knows may live on (ms). */
const GRACE = 5000;

interface Lease {
  readonly lease: number;
  readonly local: Address;
}

/** What is kept of a session; its specification is sent whole whenever it changed. */
interface Tracked {
  readonly id: string;
  readonly lease: Lease;
  readonly tell: (event: SessionEvent) => void;
  readonly counted: Opened;
  rtp: RtpEnd | undefined;
  hears: Hears;
  generation: number;
  /** The specification sent last, as JSON. */
  applied: string;
  /** A flush at the step's end is on its way. */
  pending: boolean;
  /** Its host died. */
  lost: boolean;
}

export interface HostedEnginePorts {
  readonly kernel: Kernel;
  /** Carries a command to the host, in order; never answered before it returns. */
  readonly send: (command: HostCommand) => void;
}

/** The main thread's side of the media protocol: free leases, sessions, and what each was told last. */
export function createMediaEngine(ports: HostedEnginePorts): HostedEngine {
  return new EngineOverHost(ports);
}

class EngineOverHost implements HostedEngine {
  readonly #kernel: Kernel;
  readonly #send: (command: HostCommand) => void;
  readonly #free = new Map<string, Lease[]>();
  readonly #sessions = new Map<string, Tracked>();
  /** Sessions closed here whose end the host has not told yet: their pairs are still leased. */
  readonly #closing = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  #hello = false;

  constructor(ports: HostedEnginePorts) {
    this.#kernel = ports.kernel;
    this.#send = ports.send;
  }

  session(address: string, tell: (event: SessionEvent) => void): MediaSession | undefined {
    const lease = this.#free.get(address)?.shift();
    if (lease === undefined) return undefined;
    const tracked = track(`m-${this.#kernel.token(8)}`, lease, tell, this.#kernel.scene.open('media'));
    this.#sessions.set(tracked.id, tracked);
    this.#send({ do: 'open', session: tracked.id, lease: lease.lease });
    return this.#handle(tracked);
  }

  census(): { readonly sessions: number; readonly leased: number } {
    return { sessions: this.#sessions.size, leased: this.#sessions.size + this.#closing.size };
  }

  free(address: string): number {
    return this.#free.get(address)?.length ?? 0;
  }

  ready(then: () => void): void {
    if (this.#hello) then();
    else this.#waiting.push(then);
  }

  heard(event: HostEvent): void {
    switch (event.event) {
      case 'hello':
        return this.#greeted(event.version);
      case 'leased':
        return this.#leased(event);
      case 'closed':
        this.#closing.delete(event.session);
        return;
      case 'inventory':
        return this.#closeUnknown(event.sessions);
      case 'latched':
        return this.#tell(event.session, { event: 'latched', source: event.source });
      case 'played':
        return this.#tell(event.session, { event: 'played', token: event.token });
      case 'digit':
        return this.#tell(event.session, { event: 'digit', digit: event.digit, ms: event.ms });
      case 'mediaTimeout':
        return this.#tell(event.session, { event: 'mediaTimeout' });
      case 'failed':
        return this.#failed(event.session, event.why, event.file);
    }
  }

  lost(why: string): void {
    this.#free.clear();
    this.#closing.clear();
    this.#hello = false;
    const orphans = [...this.#sessions.values()];
    for (const orphan of orphans) orphan.lost = true;
    for (const { id } of orphans) this.#tell(id, { event: 'failed', why });
  }

  #handle(tracked: Tracked): MediaSession {
    return {
      id: tracked.id,
      local: tracked.lease.local,
      connect: (rtp) => {
        tracked.rtp = rtp;
        this.#applyLater(tracked);
      },
      hear: (hears) => {
        tracked.hears = hears;
        this.#applyLater(tracked);
      },
      release: () => this.#release(tracked),
    };
  }

  /** What one step sets is one `apply`, sent when the step has ended. */
  #applyLater(tracked: Tracked): void {
    if (tracked.pending) return;
    tracked.pending = true;
    this.#kernel.afterStep(() => {
      tracked.pending = false;
      this.#apply(tracked);
    });
  }

  #apply(tracked: Tracked): void {
    if (tracked.rtp === undefined || tracked.lost || !this.#sessions.has(tracked.id)) return;
    const spec: SessionSpec = { rtp: tracked.rtp, hears: tracked.hears };
    const text = JSON.stringify(spec);
    if (text === tracked.applied) return;
    tracked.applied = text;
    tracked.generation += 1;
    this.#send({ do: 'apply', session: tracked.id, generation: tracked.generation, spec });
  }

  #release(tracked: Tracked): void {
    if (!this.#sessions.delete(tracked.id)) return;
    tracked.counted.close();
    if (tracked.lost) return;
    this.#closing.add(tracked.id);
    this.#send({ do: 'close', session: tracked.id });
  }

  #greeted(version: number): void {
    if (version !== PROTOCOL_VERSION) throw new Error(`media host speaks version ${version}, not ${PROTOCOL_VERSION}`);
    this.#hello = true;
    for (const then of this.#waiting.splice(0)) then();
  }

  #leased(event: Extract<HostEvent, { event: 'leased' }>): void {
    const lease = { lease: event.lease, local: { address: event.address, port: event.port } };
    const free = this.#free.get(event.address);
    if (free === undefined) this.#free.set(event.address, [lease]);
    else free.push(lease);
  }

  /** Sessions of an earlier life of this process are nobody's, unless they are adopted within the grace time. */
  #closeUnknown(sessions: readonly { readonly session: string }[]): void {
    const known = (session: string): boolean => this.#sessions.has(session) || this.#closing.has(session);
    const unknown = sessions.filter(({ session }) => !known(session));
    if (unknown.length === 0) return;
    this.#kernel.house.after(GRACE, () => {
      for (const { session } of unknown) if (!known(session)) this.#send({ do: 'close', session });
    });
  }

  #failed(id: string, why: string, file: string | undefined): void {
    this.#tell(id, file === undefined ? { event: 'failed', why } : { event: 'failed', why, file });
  }

  #tell(id: string, event: SessionEvent): void {
    this.#sessions.get(id)?.tell(event);
  }
}

function track(id: string, lease: Lease, tell: (event: SessionEvent) => void, counted: Opened): Tracked {
  return {
    id,
    lease,
    tell,
    counted,
    rtp: undefined,
    hears: { kind: 'nothing' },
    generation: 0,
    applied: '',
    pending: false,
    lost: false,
  };
}
