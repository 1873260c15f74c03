import { level, Resampler, wavHeader } from '../../codec/index.ts';
import type { Paced } from '../pacer.ts';
import type { RecordingFile } from '../ports.ts';
import type { RecordingEnd, Tap } from '../protocol.ts';
import { type Frame, FRAME_MS, type Rate } from '../voice/types.ts';

/** Frames that are written at a time: what a crash can take with it. */
const FLUSH = 50;
/** Below this there is silence (dB of a full-scale sine). */
const SILENCE = -45;

/** Gives the frame of a tick: a voice, or what a leg hears. */
export interface Side {
  frame(tick: number): Frame;
}

/** How a recording ended. */
export interface Ended {
  readonly ms: number;
  readonly endedBy: RecordingEnd;
  readonly why?: string;
}

export interface RecorderPorts {
  readonly says: Side;
  /** Left out: one channel. */
  readonly hears?: Side;
  readonly now: number;
  /** Told once, when the file is whole. */
  readonly ended: (ended: Ended) => void;
}

/** Writes one tap's file, a frame at a time; every second, and at the end, the file is whole as far as it goes. */
export class Recorder implements Paced {
  due: number;
  /** Its session ends it, not time. */
  readonly finite = false;
  tap: Tap;
  readonly #ports: RecorderPorts;
  readonly #channels: 1 | 2;
  #file: RecordingFile | undefined;
  /** Decided by the first frame; a voice that changes its rate is resampled. */
  #rate: 8000 | 16000 | undefined;
  readonly #resamplers = new Map<string, Resampler>();
  #chunk: Uint8Array[] = [];
  #frames = 0;
  #octets = 0;
  #quiet = 0;
  #over = false;

  constructor(tap: Tap, ports: RecorderPorts) {
    this.tap = tap;
    this.#ports = ports;
    this.#channels = ports.hears === undefined ? 1 : 2;
    this.due = (Math.floor(ports.now / FRAME_MS) + 1) * FRAME_MS;
  }

  /** The file is open; what was taken down meanwhile goes into it. */
  opened(file: RecordingFile | undefined, why = ''): void {
    this.#file = file;
    if (file === undefined) return this.#tell({ ms: 0, endedBy: 'failed', why });
    if (this.#over) this.#close('stopped');
  }

  play(now: number): boolean {
    for (; this.due <= now && !this.#over; this.due += FRAME_MS) this.#take(Math.floor(this.due / FRAME_MS));
    return !this.#over;
  }

  /** Its tap was taken away. */
  stop(): void {
    this.#end('stopped');
  }

  #take(tick: number): void {
    const { says, hears } = this.#ports;
    const left = says.frame(tick);
    this.#rate ??= left.rate === 8000 ? 8000 : 16000;
    const own = this.#atRate('left', left);
    if (this.tap.paused === true) return;
    const right = hears === undefined ? undefined : this.#atRate('right', hears.frame(tick));
    this.#put(right === undefined ? own : interleaved(own, right));
    this.#quiet = level(own) < SILENCE ? this.#quiet + FRAME_MS : 0;
    this.#frames += 1;
    const { max = Number.POSITIVE_INFINITY, silence = Number.POSITIVE_INFINITY } = this.tap;
    if (this.#frames * FRAME_MS >= max) this.#end('max');
    else if (this.#quiet >= silence) this.#end('silence');
    else if (this.#frames % FLUSH === 0) this.#flush();
  }

  /** A frame's samples at the file's rate: always as many as the file needs. */
  #atRate(side: 'left' | 'right', { pcm, rate }: Frame): Int16Array {
    const to = this.#rate ?? 8000;
    const frame = new Int16Array((to * FRAME_MS) / 1000);
    if (rate === to) {
      frame.set(pcm.subarray(0, frame.length));
      return frame;
    }
    const made = this.#resampler(side, rate, to, pcm);
    frame.set(made.subarray(0, frame.length));
    return frame;
  }

  #resampler(side: 'left' | 'right', from: Rate, to: 8000 | 16000, pcm: Int16Array): Int16Array {
    const key = `${side} ${from}`;
    const resampler = this.#resamplers.get(key) ?? new Resampler(from, to);
    this.#resamplers.set(key, resampler);
    const made = new Int16Array(resampler.room(pcm.length));
    return made.subarray(0, resampler.process(pcm, pcm.length, made));
  }

  #put(samples: Int16Array): void {
    const bytes = new Uint8Array(samples.length * 2);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < samples.length; at += 1) view.setInt16(at * 2, samples[at]!, true);
    this.#chunk.push(bytes);
    this.#octets += bytes.length;
  }

  #end(by: RecordingEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#close(by);
  }

  /** Sizes first say what is there when it is there: a file cut in between ends early, and never late. */
  #flush(): void {
    const file = this.#file;
    if (file === undefined) return;
    const bytes = joined(this.#chunk);
    this.#chunk = [];
    file.append(bytes);
    file.head(wavHeader('PCM16', this.#rate ?? 8000, this.#octets, this.#channels));
  }

  #close(endedBy: RecordingEnd): void {
    if (this.#file === undefined) return;
    this.#flush();
    const ms = this.#frames * FRAME_MS;
    this.#file.close((why) => this.#tell(why === undefined ? { ms, endedBy } : { ms, endedBy: 'failed', why }));
  }

  #tell(ended: Ended): void {
    this.#over = true;
    this.#ports.ended(ended);
  }
}

function interleaved(left: Int16Array, right: Int16Array): Int16Array {
  const both = new Int16Array(left.length * 2);
  for (let at = 0; at < left.length; at += 1) {
    both[at * 2] = left[at]!;
    both[at * 2 + 1] = right[at]!;
  }
  return both;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
