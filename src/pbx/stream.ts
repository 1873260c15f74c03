import type { Kernel, Timer } from '../kernel/index.ts';
import type { CallView, ConferenceView, LegQualityView, QualityView, RegistrationView } from './view.ts';

/** What can be followed. */
export const TOPICS = ['calls', 'legs', 'registrations', 'conferences', 'quality'] as const;
export type Topic = (typeof TOPICS)[number];

/** Whoever follows: takes messages (JSON texts) one after another. */
export interface StreamClient {
  send(text: string): void;
  /** Octets that have been sent to it and are not on their way yet. */
  queued(): number;
}

export interface Subscription {
  /** Less is queued now: what waited may go. */
  drained(): void;
  close(): void;
}

export interface StreamSources {
  readonly calls: () => readonly CallView[];
  readonly call: (id: string) => CallView | undefined;
  /** A call that was placed and is over. */
  readonly over: (id: string) => CallView | undefined;
  /** By a key that stays while they are refreshed. */
  readonly registrations: () => readonly (readonly [key: string, view: RegistrationView])[];
  readonly registration: (key: string, account: string) => RegistrationView | undefined;
  readonly conferences: () => readonly ConferenceView[];
  readonly conference: (number: string) => ConferenceView | undefined;
  /** Asks how well each leg hears and is heard; left out: nobody knows. */
  readonly measure?: (tell: (leg: string, call: string, quality: QualityView | undefined) => void) => void;
}

/** So many changes are kept for those who come back. */
const RING = 4096;
/** Octets queued at a client, from where on only the last change of each key waits for it; and below which these go. */
const SLOW = 256 * 1024;
const SWIFT = 64 * 1024;
/** So many keys wait for a slow client; then it gets a snapshot instead. */
const MOST_WAITING = 2000;
/** While somebody follows the quality of calls, it is asked for so often (ms). */
const MEASURED = 5000;
/** Nobody listens: so long whoever comes back is told what he missed. */
const LINGER = 300_000;

interface Change {
  readonly seq: number;
  readonly topic: Topic;
  readonly key: string;
  readonly text: string;
}

type Keyed = Map<string, string>;

/**
 * What changes in calls, legs, registrations and conferences, numbered `epoch:seq`: whoever knows where he stopped gets what came after.
 * Costs nothing while nobody listens.
 */
export class EventStream {
  readonly #kernel: Kernel;
  readonly #sources: StreamSources;
  readonly #clients = new Set<Client>();
  readonly #dirty = new Map<string, () => void>();
  /** What was told last, as JSON, by topic and key; undefined: nobody listens. */
  #known: Readonly<Record<Topic, Keyed>> | undefined;
  readonly #legsOf = new Map<string, Set<string>>();
  #ring: Change[] = [];
  #epoch = '';
  #seq = 0;
  #linger: Timer | undefined;
  #measuring: Timer | undefined;

  constructor(kernel: Kernel, sources: StreamSources) {
    this.#kernel = kernel;
    this.#sources = sources;
  }

  /** `since`: the `epoch:seq` of the last message had. */
  subscribe(client: StreamClient, topics: readonly Topic[], since?: string): Subscription {
    this.#linger?.cancel();
    if (this.#known === undefined) this.#begin();
    const one = new Client(client, new Set(topics), () => this.#snapshot(topics));
    this.#clients.add(one);
    const missed = since === undefined ? undefined : this.#after(since);
    if (missed !== undefined) one.resume(this.#at, missed);
    else one.restart(since !== undefined, this.#at);
    if (topics.includes('quality')) this.#measure();
    return { drained: () => one.drained(this.#at), close: () => this.#leave(one) };
  }

  /** Something of this call may have changed. */
  touchCall(id: string): void {
    this.#touch(`call ${id}`, () => this.#callChanged(id));
  }

  touchRegistration(key: string, account: string): void {
    this.#touch(`registration ${key}`, () => this.#put('registrations', key, this.#sources.registration(key, account)));
  }

  touchConference(number: string): void {
    this.#touch(`conference ${number}`, () => this.#put('conferences', number, this.#sources.conference(number)));
  }

  get #at(): string {
    return `${this.#epoch}:${this.#seq}`;
  }

  #touch(what: string, look: () => void): void {
    if (this.#known === undefined) return;
    const first = this.#dirty.size === 0;
    this.#dirty.set(what, look);
    // Told after a step already, this may run at once: what is to be looked at is noted by then.
    if (first) this.#kernel.afterStep(() => this.#look());
  }

  #look(): void {
    const all = [...this.#dirty.values()];
    this.#dirty.clear();
    for (const look of all) look();
  }

  #begin(): void {
    this.#epoch = this.#kernel.token(4);
    this.#seq = 0;
    this.#ring = [];
    this.#known = {
      calls: new Map(),
      legs: new Map(),
      registrations: new Map(),
      conferences: new Map(),
      quality: new Map(),
    };
    for (const call of this.#sources.calls()) this.#learn(call);
    for (const room of this.#sources.conferences()) this.#known.conferences.set(room.number, JSON.stringify(room));
    for (const [key, view] of this.#sources.registrations()) this.#known.registrations.set(key, JSON.stringify(view));
  }

  /** Now, and again and again for as long as somebody follows it. */
  #measure(): void {
    if (this.#measuring !== undefined) return;
    this.#sources.measure?.((leg, call, quality) => this.#measured(leg, call, quality));
    this.#measuring = this.#kernel.house.after(MEASURED, () => {
      this.#measuring = undefined;
      if ([...this.#clients].some((client) => client.follows('quality'))) this.#measure();
    });
  }

  /** A leg may be over by the time that it is told. */
  #measured(leg: string, call: string, quality: QualityView | undefined): void {
    if (quality === undefined || this.#legsOf.get(call)?.has(leg) !== true) return;
    const view: LegQualityView = { call, ...quality };
    this.#put('quality', leg, view);
  }

  #learn(call: CallView): void {
    const { legs, ...rest } = call;
    this.#known?.calls.set(call.id, JSON.stringify(rest));
    for (const leg of legs) this.#known?.legs.set(leg.id, JSON.stringify({ call: call.id, ...leg }));
    this.#legsOf.set(call.id, new Set(legs.map(({ id }) => id)));
  }

  #leave(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#linger?.cancel();
    this.#linger = this.#kernel.house.after(LINGER, () => this.#end());
  }

  #end(): void {
    this.#known = undefined;
    this.#ring = [];
    this.#legsOf.clear();
    this.#dirty.clear();
  }

  #callChanged(id: string): void {
    const call = this.#sources.call(id);
    const over = call === undefined ? this.#sources.over(id) : undefined;
    const { legs, ...rest } = call ?? over ?? { legs: [] };
    const before = this.#legsOf.get(id) ?? new Set<string>();
    const now = new Set(legs.map((leg) => leg.id));
    if (call !== undefined || (over !== undefined && this.#known?.calls.has(id) === true)) this.#put('calls', id, rest);
    for (const leg of legs) this.#put('legs', leg.id, { call: id, ...leg });
    for (const gone of before) {
      if (now.has(gone)) continue;
      this.#put('legs', gone, undefined);
      this.#put('quality', gone, undefined);
    }
    if (call !== undefined) return void this.#legsOf.set(id, now);
    this.#legsOf.delete(id);
    this.#put('calls', id, undefined);
  }

  #put(topic: Topic, key: string, value: unknown): void {
    const known = this.#known?.[topic];
    const json = value === undefined ? undefined : JSON.stringify(value);
    if (known === undefined || known.get(key) === json) return;
    if (json === undefined) known.delete(key);
    else known.set(key, json);
    this.#seq += 1;
    const head = JSON.stringify({ type: 'change', at: this.#at, topic, key }).slice(0, -1);
    const change: Change = { seq: this.#seq, topic, key, text: `${head},"value":${json ?? 'null'}}` };
    this.#ring.push(change);
    if (this.#ring.length >= 2 * RING) this.#ring = this.#ring.slice(-RING);
    for (const client of this.#clients) client.changed(change);
  }

  /** What came after that; undefined: that is too long ago, or of another time. */
  #after(since: string): readonly Change[] | undefined {
    const [, epoch, text] = /^([0-9a-f]+):(\d{1,15})$/.exec(since) ?? [];
    const seq = Number(text);
    const kept = this.#ring.slice(-RING);
    const oldest = kept[0]?.seq ?? this.#seq + 1;
    if (epoch !== this.#epoch || seq > this.#seq || seq < oldest - 1) return undefined;
    return kept.filter((change) => change.seq > seq);
  }

  #snapshot(topics: readonly Topic[]): string {
    const parts = topics.map((topic) => {
      const entries = [...(this.#known?.[topic] ?? [])].map(([key, json]) => `${JSON.stringify(key)}:${json}`);
      return `"${topic}":{${entries.join(',')}}`;
    });
    return [`{"type":"snapshot","at":${JSON.stringify(this.#at)}`, ...parts].join(',') + '}';
  }
}

/** One who follows. Slow, he is told only the last of each key, then to begin again. */
class Client {
  readonly #client: StreamClient;
  readonly #topics: ReadonlySet<Topic>;
  readonly #snapshot: () => string;
  readonly #waiting = new Map<string, Change>();
  #lost = false;

  constructor(client: StreamClient, topics: ReadonlySet<Topic>, snapshot: () => string) {
    this.#client = client;
    this.#topics = topics;
    this.#snapshot = snapshot;
  }

  /** Everything anew; `reset`: what he has is of no use any more. */
  restart(reset: boolean, at: string): void {
    this.#lost = false;
    this.#waiting.clear();
    if (reset) this.#client.send(JSON.stringify({ type: 'reset', at }));
    this.#client.send(this.#snapshot());
  }

  resume(at: string, missed: readonly Change[]): void {
    this.#client.send(JSON.stringify({ type: 'resumed', at }));
    for (const change of missed) this.changed(change);
  }

  follows(topic: Topic): boolean {
    return this.#topics.has(topic);
  }

  changed(change: Change): void {
    if (!this.#topics.has(change.topic) || this.#lost) return;
    const slow = this.#waiting.size > 0 || this.#client.queued() > SLOW;
    if (!slow) return this.#client.send(change.text);
    const key = `${change.topic} ${change.key}`;
    // The last of each key, in the order of their numbers.
    this.#waiting.delete(key);
    this.#waiting.set(key, change);
    if (this.#waiting.size <= MOST_WAITING) return;
    this.#waiting.clear();
    this.#lost = true;
  }

  drained(at: string): void {
    if (this.#client.queued() > SWIFT) return;
    if (this.#lost) return this.restart(true, at);
    for (const [key, change] of this.#waiting) {
      if (this.#client.queued() > SLOW) return;
      this.#waiting.delete(key);
      this.#client.send(change.text);
    }
  }
}
