import type { Kernel, Opened } from '../kernel/index.ts';
import type { MediaEngine, MediaMixer, MediaSession, MixerEvent, SessionEvent } from './engine.ts';
import {
  type Address,
  type Hears,
  type HostCommand,
  type HostEvent,
  type MixerSpec,
  PROTOCOL_VERSION,
  type RtpEnd,
  type SessionSpec,
  type SessionStats,
  type Tap,
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

/** Pairs that were not needed for so long are given back (ms). */
const SURPLUS = 30_000;
/** How long a host's sessions that nobody knows may live on (ms). */
const GRACE = 5000;

interface Lease {
  readonly lease: number;
  readonly local: Address;
}

/** Leases that are free at one address. */
interface Free {
  readonly leases: Lease[];
  /** The fewest there were since somebody last looked. */
  least: number;
}

/** What is kept of a session; its specification is sent whole whenever it changed. */
interface Tracked {
  readonly id: string;
  readonly lease: Lease;
  readonly tell: (event: SessionEvent) => void;
  readonly counted: Opened;
  rtp: RtpEnd | undefined;
  hears: Hears;
  taps: readonly Tap[];
  generation: number;
  /** The specification sent last, as JSON. */
  applied: string;
  /** A flush at the step's end is on its way. */
  pending: boolean;
  /** Its host died. */
  lost: boolean;
}

/** What is kept of a mixer. */
interface Mixing {
  readonly id: string;
  readonly tell: (event: MixerEvent) => void;
  spec: MixerSpec;
  generation: number;
  applied: string;
  pending: boolean;
  /** What hosts that died had been told: sounds, and how many of them had begun a tap. */
  readonly said: Set<string>;
  readonly begun: Map<string, number>;
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
  readonly #free = new Map<string, Free>();
  readonly #sessions = new Map<string, Tracked>();
  /** Sessions closed here whose end the host has not told yet: their pairs are still leased. */
  readonly #closing = new Map<string, ((stats: SessionStats) => void) | undefined>();
  readonly #mixers = new Map<string, Mixing>();
  /** Who asked what a session is like, in the order in which they did. */
  readonly #asked = new Map<string, ((stats: SessionStats | undefined) => void)[]>();
  readonly #waiting: (() => void)[] = [];
  #hello = false;
  /** Pairs that the host keeps leased by itself. */
  #pool = 0;
  #looking = false;

  constructor(ports: HostedEnginePorts) {
    this.#kernel = ports.kernel;
    this.#send = ports.send;
  }

  session(address: string, tell: (event: SessionEvent) => void): MediaSession | undefined {
    const free = this.#free.get(address);
    const lease = free?.leases.shift();
    if (free === undefined || lease === undefined) return undefined;
    free.least = Math.min(free.least, free.leases.length);
    const tracked = track(`m-${this.#kernel.token(8)}`, lease, tell, this.#kernel.scene.open('media'));
    this.#sessions.set(tracked.id, tracked);
    this.#send({ do: 'open', session: tracked.id, lease: lease.lease });
    return this.#handle(tracked);
  }

  mixer(id: string, tell: (event: MixerEvent) => void): MediaMixer {
    const fresh = { generation: 0, applied: '', pending: false, said: new Set<string>(), begun: new Map() };
    const mixing: Mixing = { id, tell, spec: { members: [] }, ...fresh };
    this.#mixers.set(id, mixing);
    return {
      mix: (spec) => {
        mixing.spec = spec;
        this.#mixLater(mixing);
      },
      release: () => {
        // What its taps tell comes later.
        this.#kernel.house.after(GRACE, () => this.#mixers.get(id) === mixing && this.#mixers.delete(id));
        mixing.spec = { members: [] };
        if (mixing.generation > 0) this.#send({ do: 'unmix', mixer: id });
        mixing.generation = -1;
      },
    };
  }

  census(): { readonly sessions: number; readonly leased: number } {
    return { sessions: this.#sessions.size, leased: this.#sessions.size + this.#closing.size };
  }

  free(address: string): number {
    return this.#free.get(address)?.leases.length ?? 0;
  }

  ready(then: () => void): void {
    if (this.#hello) then();
    else this.#waiting.push(then);
  }

  heard(event: HostEvent): void {
    switch (event.event) {
      case 'hello':
        return this.#greeted(event);
      case 'leased':
        return this.#leased(event);
      case 'closed':
        return this.#closed(event.session, event.stats);
      case 'inventory':
        return this.#closeUnknown(event.sessions);
      case 'latched':
        return this.#tell(event.session, { event: 'latched', source: event.source });
      case 'played':
        return this.#tell(event.session, { event: 'played', token: event.token });
      case 'digit':
        return this.#tell(event.session, { event: 'digit', digit: event.digit, ms: event.ms, by: event.by });
      case 'recorded': {
        const { session, ...recorded } = event;
        const mixing = this.#mixers.get(session);
        if (mixing !== undefined) return mixing.tell(recorded);
        return this.#tell(session, recorded);
      }
      case 'program':
        return this.#tell(event.session, { event: 'program', token: event.token, end: event.end });
      case 'talking':
        return this.#tell(event.session, { event: 'talking', talking: event.talking });
      case 'strays': {
        const { session, ...strays } = event;
        return this.#tell(session, strays);
      }
      case 'measured':
        return this.#measured(event.session, event.stats);
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
    for (const mixing of this.#mixers.values()) bury(mixing);
    for (const { id } of orphans) this.#tell(id, { event: 'failed', why });
    const asked = [...this.#asked.values()].flat();
    this.#asked.clear();
    for (const then of asked) then(undefined);
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
      tap: (taps) => {
        tracked.taps = taps;
        this.#applyLater(tracked);
      },
      digit: (digit, ms, as) => {
        if (!tracked.lost) this.#send({ do: 'digit', session: tracked.id, digit, ms, as });
      },
      beep: () => {
        if (!tracked.lost) this.#send({ do: 'beep', session: tracked.id });
      },
      pressed: (digit, ms) => {
        if (!tracked.lost && tracked.hears.kind === 'program')
          this.#send({ do: 'pressed', session: tracked.id, digit, ms });
      },
      measure: (then) => this.#measure(tracked, then),
      release: (then) => this.#release(tracked, then),
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
    const { rtp, hears, taps } = tracked;
    const spec: SessionSpec = { rtp, hears, ...(taps.length > 0 && { taps }) };
    const text = JSON.stringify(spec);
    if (text === tracked.applied) return;
    tracked.applied = text;
    tracked.generation += 1;
    this.#send({ do: 'apply', session: tracked.id, generation: tracked.generation, spec });
  }

  #mixLater(mixing: Mixing): void {
    if (mixing.pending || mixing.generation < 0) return;
    mixing.pending = true;
    this.#kernel.afterStep(() => {
      mixing.pending = false;
      const text = JSON.stringify(mixing.spec);
      if (text === mixing.applied || mixing.generation < 0) return;
      mixing.applied = text;
      mixing.generation += 1;
      this.#mix(mixing);
    });
  }

  #mix(mixing: Mixing): void {
    const { id, generation } = mixing;
    this.#send({ do: 'mixer', mixer: id, generation, spec: unburied(mixing) });
  }

  #measure({ id, lost }: Tracked, then: (stats: SessionStats | undefined) => void): void {
    if (lost || !this.#sessions.has(id)) return this.#kernel.afterStep(() => then(undefined));
    const waiting = this.#asked.get(id);
    if (waiting !== undefined) return void waiting.push(then);
    this.#asked.set(id, [then]);
    this.#send({ do: 'measure', session: id });
  }

  /** One answer is for all who asked before it came. */
  #measured(id: string, stats: SessionStats): void {
    const waiting = this.#asked.get(id) ?? [];
    this.#asked.delete(id);
    for (const then of waiting) then(stats);
  }

  #release(tracked: Tracked, then: ((stats: SessionStats) => void) | undefined): void {
    if (!this.#sessions.delete(tracked.id)) return;
    tracked.counted.close();
    if (tracked.lost) return;
    this.#closing.set(tracked.id, then);
    this.#send({ do: 'close', session: tracked.id });
  }

  #closed(id: string, stats: SessionStats): void {
    const then = this.#closing.get(id);
    this.#closing.delete(id);
    then?.(stats);
  }

  #greeted({ version, pool }: Extract<HostEvent, { event: 'hello' }>): void {
    if (version !== PROTOCOL_VERSION) throw new Error(`media host speaks version ${version}, not ${PROTOCOL_VERSION}`);
    this.#hello = true;
    this.#pool = pool;
    // A host that has begun anew knows none.
    for (const mixing of this.#mixers.values()) if (mixing.generation > 0) this.#mix(mixing);
    for (const then of this.#waiting.splice(0)) then();
  }

  #leased(event: Extract<HostEvent, { event: 'leased' }>): void {
    const lease = { lease: event.lease, local: { address: event.address, port: event.port } };
    const free = this.#free.get(event.address) ?? { leases: [], least: 0 };
    this.#free.set(event.address, free);
    free.leases.push(lease);
    if (free.leases.length > this.#pool) this.#lookLater();
  }

  /** After a rush: what nobody needed for a while is given back. */
  #lookLater(): void {
    if (this.#looking || !this.#hello) return;
    this.#looking = true;
    this.#kernel.house.after(SURPLUS, () => {
      this.#looking = false;
      for (const free of this.#free.values()) this.#retire(free);
    });
  }

  #retire(free: Free): void {
    for (const { lease } of free.leases.splice(0, free.least - this.#pool)) this.#send({ do: 'retire', lease });
    free.least = free.leases.length;
    if (free.least > this.#pool) this.#lookLater();
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
    taps: [],
    generation: 0,
    applied: '',
    pending: false,
    lost: false,
  };
}

/** The host of a mixer died: what it said and took down is not to be said again and written over. */
function bury({ spec: { sounds = [], taps = [] }, generation, said, begun }: Mixing): void {
  if (generation <= 0) return;
  for (const { id } of sounds) said.add(id);
  for (const { id } of taps) begun.set(id, (begun.get(id) ?? 0) + 1);
}

/** Its specification for the host that lives: a tap that another one had begun goes on in a file of its own. */
function unburied({ spec, said, begun }: Mixing): MixerSpec {
  if (said.size === 0 && begun.size === 0) return spec;
  const { members, sounds = [], taps = [] } = spec;
  const fresh = sounds.filter(({ id }) => !said.has(id));
  const own = taps.map((tap) => {
    const before = begun.get(tap.id);
    return before === undefined ? tap : { ...tap, file: `${tap.file}-${before + 1}` };
  });
  return { members, ...(fresh.length > 0 && { sounds: fresh }), ...(own.length > 0 && { taps: own }) };
}
