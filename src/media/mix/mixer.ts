import { level } from '../../codec/index.ts';
import type { HostContext } from '../host-context.ts';
import type { Paced } from '../pacer.ts';
import type { MixerSpec, MixerSound, PayloadMap } from '../protocol.ts';
import type { Session } from '../session.ts';
import { piece, type Source } from '../source/source.ts';
import { Taps } from '../tap/taps.ts';
import { type Frame, FRAME_MS, type Voice } from '../voice/types.ts';
import { voiceOf } from '../voice/voices.ts';
import { Choir } from './choir.ts';
import { type Hall, Listener } from './listener.ts';
import { type MixRate, Part, Sum } from './sum.ts';
import { choose, listenTo, newSpeaker, type Speaker } from './talkers.ts';

/** Later than this a mixer does not catch up: it goes on from here (ms). */
const LATEST = 100;

interface Member {
  readonly id: string;
  readonly speaker: Speaker;
  readonly part: Part;
  readonly voice: Voice;
  /** Of this tick. */
  frame: Frame;
  /** He may talk no more: his last frame fades. */
  leaving: boolean;
  told: boolean;
}

/** Something that is played into the mix once. */
interface Sounding {
  readonly to: string | undefined;
  readonly source: Source;
  readonly part: Part;
}

/** Mixes what its members say, once every 20 ms, for all of this host who hear it. It stands still while nobody does. */
export class Mixer implements Paced {
  due = 0;
  readonly finite = false;
  readonly id: string;
  readonly host: HostContext;
  readonly taps: Taps;
  readonly #members = new Map<string, Member>();
  readonly #listeners = new Map<string, Listener>();
  readonly #sums = new Map<MixRate, Sum>();
  readonly #choirs = new Set<Choir>();
  readonly #soundings = new Set<Sounding>();
  /** Sounds that have begun, or were to begin. */
  #known: ReadonlySet<string> = new Set();
  #spec: MixerSpec = { members: [] };
  #generation = 0;
  #running = false;
  #tick = -1;
  readonly #hall: Hall = {
    sum: (rate) => this.#sum(rate),
    choir: (send, ptime) => this.#choir(send, ptime),
  };

  constructor(host: HostContext, id: string) {
    this.host = host;
    this.id = id;
    this.taps = new Taps(this, () => undefined);
  }

  /** Puts a whole specification in force; one that is not newer than the last changes nothing. */
  apply(generation: number, spec: MixerSpec): void {
    if (generation <= this.#generation) return;
    this.#generation = generation;
    this.#spec = spec;
    this.#follow();
    const sounds = spec.sounds ?? [];
    const fresh = sounds.filter(({ id }) => !this.#known.has(id));
    this.#known = new Set(sounds.map(({ id }) => id));
    if (this.#running) for (const sound of fresh) this.#sound(sound);
    this.taps.follow(spec.taps ?? []);
  }

  /** One more of this host's sessions hears it. */
  join(session: Session): void {
    this.#listeners.set(session.id, new Listener(session));
    this.#follow();
  }

  leave(session: Session): void {
    this.#listeners.delete(session.id);
    session.mouth.rest();
    this.#follow();
  }

  /** It is neither told what to do nor heard. */
  get idle(): boolean {
    return this.#generation === 0 && this.#listeners.size === 0;
  }

  /** Its sessions hear nothing from now on, unless it begins anew. */
  close(): void {
    this.#generation = 0;
    this.#spec = { members: [] };
    this.taps.close();
    this.#follow();
  }

  play(now: number): boolean {
    if (now - this.due > LATEST) this.due = Math.floor(now / FRAME_MS) * FRAME_MS;
    for (; this.due <= now && this.#running; this.due += FRAME_MS) this.#mix(Math.floor(this.due / FRAME_MS));
    return this.#running;
  }

  /** The whole mix as a voice, for those who take it down. */
  voice(): Voice {
    return { frame: (tick) => this.#frame(tick), release: () => undefined };
  }

  /** What one of its listeners hears in that tick, for those who take it down. */
  heardBy({ id }: Session, tick: number): Frame {
    const whole = this.#frame(tick);
    const own = this.#members.get(id)?.part;
    return own?.sounds === true && tick === this.#tick && whole.heard
      ? { ...whole, pcm: this.#sum(whole.rate === 8000 ? 8000 : 16_000).apart(own, undefined) }
      : whole;
  }

  #frame(tick: number): Frame {
    if (tick > this.#tick) this.play(tick * FRAME_MS);
    const rate: MixRate = this.#sums.has(16_000) ? 16_000 : 8000;
    const pcm = this.#sum(rate).whole(tick);
    return { pcm: pcm ?? new Int16Array((rate * FRAME_MS) / 1000), rate, heard: pcm !== undefined };
  }

  /** Runs while there is somebody to hear or to be heard here. */
  #follow(): void {
    const { members, taps = [] } = this.#spec;
    const here = this.#listeners.size > 0 || members.some((id) => this.host.sessions.has(id));
    const runs = this.#generation > 0 && (taps.length > 0 || (here && members.length > 0));
    if (runs !== this.#running) this.#run(runs);
    if (!runs) return;
    const wanted = new Set(members);
    for (const member of this.#members.values()) member.leaving = !wanted.has(member.id);
    for (const id of wanted) if (!this.#members.has(id)) this.#members.set(id, this.#member(id));
  }

  #run(runs: boolean): void {
    this.#running = runs;
    if (runs) {
      this.due = Math.ceil(this.host.ports.now() / FRAME_MS) * FRAME_MS;
      return this.host.pacer.start(this);
    }
    this.host.pacer.stop(this);
    for (const member of this.#members.values()) this.#forget(member);
    this.#soundings.clear();
    for (const choir of this.#choirs) choir.close();
    this.#choirs.clear();
    this.#sums.clear();
  }

  #member(id: string): Member {
    return {
      id,
      speaker: newSpeaker(),
      part: new Part(),
      voice: voiceOf(this.host, id),
      frame: SILENT,
      leaving: false,
      told: false,
    };
  }

  #forget(member: Member): void {
    this.#members.delete(member.id);
    member.voice.release();
    this.#tellTalking(member, false);
  }

  /** The host of a session tells of it, so that it is told once. */
  #tellTalking(member: Member, talking: boolean): void {
    if (member.told === talking) return;
    member.told = talking;
    const { sessions, ports } = this.host;
    if (sessions.has(member.id)) ports.tell({ event: 'talking', session: member.id, talking });
  }

  #mix(tick: number): void {
    this.#tick = tick;
    this.#listen(tick);
    const common = this.#parts(tick);
    for (const rate of this.#rates()) this.#sum(rate).mix(tick, common);
    for (const listener of this.#listeners.values()) {
      const { id } = listener.session;
      listener.hear(this.#hall, tick, this.#members.get(id)?.part, this.#soundFor(id));
    }
    for (const choir of this.#choirs) {
      if (!choir.idle(tick)) continue;
      choir.close();
      this.#choirs.delete(choir);
    }
  }

  /** Takes every member's frame, and chooses who is heard. */
  #listen(tick: number): void {
    const speakers: Speaker[] = [];
    for (const member of this.#members.values()) {
      member.frame = member.voice.frame(tick);
      listenTo(member.speaker, member.leaving ? -Infinity : level(member.frame.pcm));
      if (member.leaving) member.speaker.speaking = false;
      speakers.push(member.speaker);
    }
    choose(speakers);
    for (const member of this.#members.values()) {
      const { part, speaker, frame } = member;
      part.take(frame, speaker.chosen ? 1 : 0);
      this.#tellTalking(member, speaker.talking);
      if (member.leaving && part.gain === 0 && !part.sounds) this.#forget(member);
    }
  }

  /** What all hear: the members who are chosen, and sounds. */
  #parts(tick: number): readonly Part[] {
    for (const sounding of this.#soundings) {
      const made = piece(sounding.source, FRAME_MS, tick * FRAME_MS);
      sounding.part.take(made === undefined ? SILENT : { ...made, heard: true }, made === undefined ? 0 : 1);
      if (!sounding.part.sounds) this.#soundings.delete(sounding);
    }
    const parts = [...this.#members.values()].map(({ part }) => part);
    for (const { to, part } of this.#soundings) if (to === undefined) parts.push(part);
    return parts;
  }

  #soundFor(id: string): Part | undefined {
    for (const { to, part } of this.#soundings) if (to === id) return part;
    return undefined;
  }

  #sound({ files, to }: MixerSound): void {
    this.host.library.clips(files, (clips) => {
      const source: Source = { kind: 'once', clips, clip: 0, position: 0 };
      const part = new Part();
      part.gain = 1;
      if (this.#running) this.#soundings.add({ to, source, part });
    });
  }

  #rates(): ReadonlySet<MixRate> {
    const rates = new Set<MixRate>();
    for (const { rate } of this.#listeners.values()) if (rate !== undefined) rates.add(rate);
    if (rates.size === 0) rates.add(8000);
    for (const rate of this.#sums.keys()) if (!rates.has(rate)) this.#sums.delete(rate);
    return rates;
  }

  #sum(rate: MixRate): Sum {
    const known = this.#sums.get(rate);
    if (known !== undefined) return known;
    const fresh = new Sum(rate);
    this.#sums.set(rate, fresh);
    return fresh;
  }

  #choir(send: PayloadMap, ptime: number): Choir {
    for (const known of this.#choirs) if (known.suits(send, ptime)) return known;
    const fresh = new Choir(this.host, send, ptime);
    this.#choirs.add(fresh);
    return fresh;
  }
}

const SILENT: Frame = { pcm: new Int16Array(160), rate: 8000, heard: false };

/** The mixer of that name: one for as long as signalling knows it or somebody hears it. */
export function mixerOf(host: HostContext, id: string): Mixer {
  const known = host.mixers.get(id);
  if (known !== undefined) return known;
  const fresh = new Mixer(host, id);
  host.mixers.set(id, fresh);
  return fresh;
}

export function forgetIfIdle(host: HostContext, id: string): void {
  if (host.mixers.get(id)?.idle === true) host.mixers.delete(id);
}
