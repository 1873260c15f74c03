import { parseWav } from '../../codec/index.ts';
import type { HostPorts } from '../ports.ts';
import type { Tone } from '../protocol.ts';
import { type Clip, convert, joined, toneClip } from './clip.ts';

/** Decoded sound kept for the next listener, in samples: a little over half an hour. */
const BUDGET = 16_000_000;

/** Why a file is not heard. */
export interface Failure {
  readonly file: string;
  readonly why: string;
}

type Read = Clip | { readonly why: string };
type Then<T> = (value: T) => void;

/** The sounds of one host: each file is read, resampled and encoded once, however many hear it. */
export class Library {
  readonly #ports: Pick<HostPorts, 'files' | 'after'>;
  /** Least recently used first. */
  readonly #clips = new Map<string, Clip>();
  readonly #tones = new Map<string, Clip>();
  readonly #loading = new Map<string, Then<Read>[]>();
  #samples = 0;
  #music: Clip | undefined;
  #musicians: ((clip: Clip, failures: readonly Failure[]) => void)[] | undefined;

  constructor(ports: Pick<HostPorts, 'files' | 'after'>) {
    this.#ports = ports;
  }

  /** The clips of these files, in this order, without those that are missing or unreadable. */
  clips(names: readonly string[], then: (clips: readonly Clip[], failures: readonly Failure[]) => void): void {
    const made: Read[] = names.map(() => ({ why: '' }));
    let left = names.length;
    if (left === 0) return then([], []);
    const all = (): void => {
      const failures = names.flatMap((file, at) => {
        const read = made[at];
        return read !== undefined && 'why' in read ? [{ file, why: read.why }] : [];
      });
      then(
        made.filter((read) => 'samples' in read),
        failures,
      );
    };
    for (const [at, name] of names.entries()) {
      this.#clip(name, (read) => {
        made[at] = read;
        left -= 1;
        if (left === 0) all();
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

  /** Music on hold: its files one after another, as one clip; silence, not kept, when there are none. */
  music(then: (clip: Clip, failures: readonly Failure[]) => void): void {
    if (this.#music !== undefined) return then(this.#music, []);
    if (this.#musicians !== undefined) return void this.#musicians.push(then);
    this.#musicians = [then];
    this.#ports.files.music((names) => {
      this.clips(names, (clips, failures) => this.#tuned(joined(clips), clips.length > 0, failures));
    });
  }

  #tuned(music: Clip, found: boolean, failures: readonly Failure[]): void {
    if (found) this.#music = music;
    const waiting = this.#musicians ?? [];
    this.#musicians = undefined;
    const all = found ? failures : [...failures, { file: 'music', why: 'there is no music' }];
    for (const then of waiting) then(music, all);
  }

  #clip(name: string, then: Then<Read>): void {
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
    if (recording === undefined) return this.#loaded(name, { why: `no such file: ${name}` });
    if ('malformed' in recording) return this.#loaded(name, { why: `${name}: ${recording.malformed}` });
    const defer = (then: () => void): void => void this.#ports.after('scene', 0, then);
    convert(recording, defer, (clip) => this.#loaded(name, clip));
  }

  #loaded(name: string, read: Read): void {
    const waiting = this.#loading.get(name) ?? [];
    this.#loading.delete(name);
    if ('samples' in read) this.#keep(name, read);
    for (const then of waiting) then(read);
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
