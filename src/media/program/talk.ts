import { Resampler } from '../../codec/index.ts';
import type { Timer } from '../../kernel/index.ts';
import { type Paced, SLOT } from '../pacer.ts';
import type { ProgramSocket } from '../ports.ts';
import type { Hears, ProgramEnd } from '../protocol.ts';
import type { Session } from '../session.ts';
import { type Frame, FRAME_MS, type Rate, type Voice } from '../voice/types.ts';
import { Flow } from './flow.ts';
import { FRAME, type FromProgram, RATE, readMessage, SUBPROTOCOL, type ToProgram } from './messages.ts';
import { PlayQueue } from './play-queue.ts';

/** Later than this it does not catch up: it goes on from here (ms). */
const LATEST = 100;
/** Who says nothing for so long though he is asked is not there (ms). */
const SILENT = 10_000;
/** What comes as it is spoken begins when so many frames are there, or as many ticks later. */
const CUSHION = 2;
const MOST_MARKS = 1000;
/** How long what a program says first waits for the first packet of a phone behind NAT (ms). */
const PATIENCE = 500;
/** Frames that are kept for who listens in late. */
const KEPT = 8;
/** Close codes (RFC 6455 §7.4.1). */
const NORMAL = 1000;
const POLICY = 1008;

type ProgramHears = Extract<Hears, { kind: 'program' }>;
type Ended = ProgramEnd extends infer End ? (End extends unknown ? Omit<End, 'dropped'> : never) : never;

/** One leg's talk with a program: what the leg says goes there, what comes back is said to the leg. */
export class ProgramTalk implements Paced {
  due = Number.POSITIVE_INFINITY;
  readonly finite = false;
  readonly #session: Session;
  readonly #hears: ProgramHears;
  readonly #queue: PlayQueue;
  readonly #socket: ProgramSocket | undefined;
  readonly #begun: number;
  #connecting: Timer | undefined;
  #voice: Voice | undefined;
  #flow: Flow | undefined;
  #resampler: { readonly from: Rate; readonly resampler: Resampler } | undefined;
  readonly #frames = Array.from({ length: KEPT }, () => ({ tick: -1, pcm: new Int16Array(FRAME) }));
  #tick = -1;
  /** Audio flows; else so many ticks it has waited for more. */
  #flowing = false;
  #waited = 0;
  /** It has closed its side, and its last words are still to be played. */
  #closed: string | undefined;
  #over = false;

  constructor(session: Session, hears: ProgramHears) {
    const { now, after, programs } = session.host.ports;
    this.#session = session;
    this.#hears = hears;
    this.#begun = now();
    this.#queue = new PlayQueue((hears.most * RATE) / 1000);
    const { url, headers = {}, within } = hears;
    this.#connecting = after('scene', programs === undefined ? 0 : within, () => this.#unconnected());
    this.#socket = programs?.open(
      { url, headers, protocol: SUBPROTOCOL, most: (hears.most * RATE * 2) / 1000 },
      {
        opened: () => this.#opened(),
        text: (message) => this.#told(message),
        audio: (octets) => this.#said(octets),
        ponged: (payload) => this.#over || this.#flow?.ponged(payload, now()),
        closed: (whole, why) => this.#gone(whole, why),
      },
    );
  }

  /** The leg hears something else, or has gone. */
  leave(): void {
    if (this.#over) return;
    if (this.#flow !== undefined) this.#tell({ type: 'stop' });
    this.#close(NORMAL, '');
  }

  /** The leg pressed a key. */
  digit(digit: string, ms: number): void {
    if (!this.#over && this.#flow !== undefined) this.#tell({ type: 'digit', digit, ms });
  }

  /** What the leg hears in that tick: the same for all who ask. */
  frame(tick: number): Frame {
    const place = this.#frames[tick % KEPT]!;
    if (tick > this.#tick && !this.#over && this.#flow !== undefined) {
      this.#tick = tick;
      place.tick = tick;
      place.pcm.fill(0, this.#next(place.pcm));
    } else if (place.tick !== tick) place.pcm.fill(0);
    return { pcm: place.pcm, rate: RATE, heard: true };
  }

  play(now: number): boolean {
    if (now - this.due > LATEST) this.due = Math.ceil(now / SLOT) * SLOT;
    for (; this.due <= now; this.due += FRAME_MS) {
      for (const name of this.#queue.passed()) this.#tell({ type: 'mark', name });
      if (this.#closed !== undefined && this.#queue.waiting === 0) {
        this.#end({ endedBy: 'program', why: this.#closed });
        return false;
      }
      const tick = Math.floor(this.due / FRAME_MS);
      this.#hear(tick, now);
      this.#session.mouth.say(this.frame(tick).pcm, RATE, this.due);
    }
    if ((this.#flow?.silence(now) ?? 0) <= SILENT || this.#closed !== undefined) return true;
    this.#fail(`it has not answered for ${SILENT / 1000} s`);
    return false;
  }

  #unconnected(): void {
    const { programs } = this.#session.host.ports;
    this.#fail(programs === undefined ? 'no programs are reached from here' : 'it did not answer in time');
  }

  #opened(): void {
    if (this.#over) return;
    const { pacer, ports } = this.#session.host;
    const now = ports.now();
    this.#connecting?.cancel();
    this.#flow = new Flow(
      {
        send: (frame) => this.#socket?.audio(frame),
        missing: (frames) => this.#tell({ type: 'dropped', frames }),
        ping: (payload) => this.#socket?.ping(payload),
      },
      now,
      now - this.#begun,
    );
    this.#tell({ type: 'start', ...this.#hears.start, rate: RATE, format: 's16le' });
    this.#voice = this.#session.voice(RATE);
    this.due = pacer.nextSlot();
    pacer.start(this);
  }

  /** What the leg says, on to the program. */
  #hear(tick: number, now: number): void {
    if (this.#closed !== undefined || this.#voice === undefined) return;
    const { pcm, rate } = this.#voice.frame(tick);
    this.#flow?.put(octetsOf(rate === RATE ? pcm : this.#resampled(pcm, rate)), now);
  }

  #resampled(pcm: Int16Array, from: Rate): Int16Array {
    if (this.#resampler?.from !== from) this.#resampler = { from, resampler: new Resampler(from, RATE) };
    const { resampler } = this.#resampler;
    const made = new Int16Array(resampler.room(pcm.length));
    return made.subarray(0, resampler.process(pcm, pcm.length, made));
  }

  /** The next samples of the program's; none while a key is being sent, or nobody can hear yet. */
  #next(into: Int16Array): number {
    const { waiting } = this.#queue;
    if (waiting === 0 || this.#session.keying.holds || this.#deaf()) return 0;
    if (!this.#flowing) {
      this.#waited += 1;
      if (waiting < FRAME * CUSHION && this.#waited <= CUSHION && this.#closed === undefined) return 0;
    }
    this.#waited = 0;
    this.#flowing = waiting >= FRAME;
    return this.#queue.take(into);
  }

  #deaf(): boolean {
    const { latch, host } = this.#session;
    return latch.target === undefined && host.ports.now() - this.#begun < PATIENCE;
  }

  #said(octets: Uint8Array): void {
    if (this.#over) return;
    if (octets.length % 2 !== 0) return this.#fail(`malformed: audio of ${octets.length} octets, half a sample`);
    if (!this.#queue.put(octets)) this.#fail(`more than ${this.#hears.most / 1000} s of audio wait to be played`);
  }

  #told(text: string): void {
    if (this.#over) return;
    const message = readMessage(text);
    if ('malformed' in message) this.#fail(`malformed: ${message.malformed}`);
    else this.#obey(message);
  }

  #obey(message: FromProgram): void {
    switch (message.type) {
      case 'mark':
        this.#queue.mark(message.name);
        if (this.#queue.marks > MOST_MARKS) this.#fail(`more than ${MOST_MARKS} marks wait`);
        return;
      case 'flush':
        return this.#flush();
      case 'digits':
        return this.#press(message.digits);
      case 'hangup':
        return this.#end({ endedBy: 'hangup' });
      case 'transfer':
      case 'goto':
        return this.#end({ endedBy: message.type, number: message.number });
    }
  }

  #flush(): void {
    for (const name of this.#queue.passed()) this.#tell({ type: 'mark', name });
    const { samples, marks } = this.#queue.flush();
    this.#flowing = false;
    this.#tell({ type: 'flushed', ms: (samples * 1000) / RATE, marks });
  }

  #press(digits: string): void {
    const { end, keying } = this.#session;
    const way = end?.events === undefined ? 'tone' : 'event';
    for (const digit of digits) keying.press(digit, KEY_MS, way);
  }

  /** It has closed its side: what it said before is played to its end. */
  #gone(whole: boolean, why: string): void {
    if (this.#over) return;
    if (!whole || this.#flow === undefined) this.#fail(why);
    else if (this.#queue.waiting === 0) this.#end({ endedBy: 'program', why });
    else this.#closed = why;
  }

  #tell(message: ToProgram): void {
    if (this.#closed === undefined) this.#socket?.text(JSON.stringify(message));
  }

  #fail(why: string): void {
    if (!this.#over) this.#end({ endedBy: 'failed', why });
  }

  #end(ended: Ended): void {
    const failed = ended.endedBy === 'failed';
    this.#close(failed ? POLICY : NORMAL, failed ? ended.why : '');
    const { id, host } = this.#session;
    const end: ProgramEnd = { ...ended, dropped: this.#flow?.dropped ?? 0 };
    host.ports.tell({ event: 'program', session: id, token: this.#hears.token, end });
  }

  #close(code: number, why: string): void {
    this.#over = true;
    this.#connecting?.cancel();
    this.#session.host.pacer.stop(this);
    this.#voice?.release();
    this.#session.mouth.rest();
    this.#socket?.close(code, why);
  }
}

/** How long a key sounds (ms). */
const KEY_MS = 120;

/** Samples as they cross: 16 bits, little-endian. */
function octetsOf(pcm: Int16Array): Uint8Array {
  const octets = new Uint8Array(pcm.length * 2);
  const view = new DataView(octets.buffer);
  for (let at = 0; at < pcm.length; at += 1) view.setInt16(at * 2, pcm[at]!, true);
  return octets;
}
