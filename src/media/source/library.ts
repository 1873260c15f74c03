import { parseWav } from '../../codec/index.ts';
import type { HostPorts } from '../ports.ts';
import type { Tone } from '../protocol.ts';
import { type Clip, convert, joined, toneClip } from './clip.ts';

/** Decoded sound kept for the next listener, in samples: a little over half an hour. */
const BUDGET = 16_000_000;

type Then<T> = (value: T) => void;

/** The sounds of one host: each file is read, resampled and encoded once, however many hear it. */
export class Library {
  readonly #ports: Pick<HostPorts, 'files' | 'after'>;
  /** Least recently used first. */
  readonly #clips = new Map<string, Clip>();
  readonly #tones = new Map<string, Clip>();
  readonly #loading = new Map<string, Then<Clip | undefined>[]>();
  #samples = 0;
  #music: Clip | undefined;
  #musicians: Then<Clip>[] | undefined;

  constructor(ports: Pick<HostPorts, 'files' | 'after'>) {
    this.#ports = ports;
  }

  /** The clips of these files, in this order; undefined for what is missing or unreadable. */
  clips(names: readonly string[], then: Then<readonly (Clip | undefined)[]>): void {
    const clips: (Clip | undefined)[] = names.map(() => undefined);
    let left = names.length;
    if (left === 0) return then(clips);
    for (const [at, name] of names.entries()) {
      this.#clip(name, (clip) => {
        clips[at] = clip;
        left -= 1;
        if (left === 0) then(clips);
      });
    }
  }

  tone(tone: Tone): Clip {
    const key = `${tone.hz.join('+')}/${tone.cadence.join(',')}`;
    const known = this.#tones.get(key);
    if (known !== undefined) return known;
    const clip = toneClip(tone);
    this.#tones.set(key, clip);
    return clip;
  }

  /** Music on hold: its files one after another, as one clip; silence when there are none. */
  music(then: Then<Clip>): void {
    if (this.#music !== undefined) return then(this.#music);
    if (this.#musicians !== undefined) return void this.#musicians.push(then);
    this.#musicians = [then];
    this.#ports.files.music((names) => {
      this.clips(names, (clips) => this.#tuned(joined(clips.filter((clip) => clip !== undefined))));
    });
  }

  #tuned(music: Clip): void {
    this.#music = music;
    const waiting = this.#musicians ?? [];
    this.#musicians = undefined;
    for (const then of waiting) then(music);
  }

  #clip(name: string, then: Then<Clip | undefined>): void {
    const known = this.#clips.get(name);
    if (known !== undefined) {
      this.#clips.delete(name);
      this.#clips.set(name, known);
      return then(known);
    }
    const waiting = this.#loading.get(name);
    if (waiting !== undefined) return void waiting.push(then);
    this.#loading.set(name, [then]);
    this.#ports.files.load(name, (wav) => this.#read(name, wav));
  }

  #read(name: string, wav: Uint8Array | undefined): void {
    const recording = wav === undefined ? undefined : parseWav(wav);
    if (recording === undefined || 'malformed' in recording) return this.#loaded(name, undefined);
    const defer = (then: () => void): void => void this.#ports.after('scene', 0, then);
    convert(recording, defer, (clip) => this.#loaded(name, clip));
  }

  #loaded(name: string, clip: Clip | undefined): void {
    const waiting = this.#loading.get(name) ?? [];
    this.#loading.delete(name);
    if (clip !== undefined) this.#keep(name, clip);
    for (const then of waiting) then(clip);
  }

  #keep(name: string, clip: Clip): void {
    this.#clips.set(name, clip);
    this.#samples += clip.samples.length;
    for (const [oldest, forgotten] of this.#clips) {
      if (this.#samples <= BUDGET) return;
      this.#clips.delete(oldest);
      this.#samples -= forgotten.samples.length;
    }
  }
}
