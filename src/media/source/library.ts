import {
  type CodecName,
  isOgg,
  type MalformedWav,
  type OpusWasm,
  parseWav,
  readOggOpus,
  type Recording,
} from '../../codec/index.ts';
import type { HostPorts } from '../ports.ts';
import type { Tone } from '../protocol.ts';
import { Broadcast } from './broadcast.ts';
import { type Clip, convert, joined, toneClip } from './clip.ts';

/** Decoded sound kept for the next listener, in samples: a little over half an hour. */
const BUDGET = 16_000_000;
/** Two codecs for each of so many folders of music that play at a time. */
const MOST_BROADCASTS = 32;

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
  /** By folder; '' is the house's. */
  readonly #music = new Map<string, Clip>();
  /** The music in codecs that have state, encoded once for all who hear it; oldest first. */
  readonly #broadcasts: Broadcast[] = [];
  readonly #musicians = new Map<string, ((clip: Clip, failures: readonly Failure[]) => void)[]>();

  readonly #opus: () => OpusWasm | undefined;

  /** `opus` is asked for when a sound is in it. */
  constructor(ports: Pick<HostPorts, 'files' | 'after'>, opus: () => OpusWasm | undefined) {
    this.#ports = ports;
    this.#opus = opus;
  }

  /** The clips of these files, in this order, without those that are missing or unreadable. */
  clips(names: readonly string[], then: (clips: readonly Clip[], failures: readonly Failure[]) => void): void {
    const made: Read[] = names.map(() => ({ why: '' }));
    let left = names.length;
    if (left === 0) return then([], []);
    const all = (): void => {
      const failures = names.flatMap((file, at) => {
        const read = made[at];
        const why = read !== undefined && 'why' in read ? read.why : read?.flaw;
        return why === undefined ? [] : [{ file, why }];
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
    const key = `${(tone.turns ?? [tone.hz]).join(';')}/${tone.cadence.join(',')}`;
    const known = this.#tones.get(key);
    if (known !== undefined) return known;
    const clip = toneClip(tone);
    this.#tones.set(key, clip);
    return clip;
  }

  /** Music on hold: a folder's files one after another, as one clip for all listeners; silence, not kept, when there are none. */
  music(folder: string | undefined, then: (clip: Clip, failures: readonly Failure[]) => void): void {
    const key = folder ?? '';
    const known = this.#music.get(key);
    if (known !== undefined) return then(known, []);
    const waiting = this.#musicians.get(key);
    if (waiting !== undefined) return void waiting.push(then);
    this.#musicians.set(key, [then]);
    this.#ports.files.music((names, why = 'there is no music') => {
      this.clips(names, (clips, failures) => {
        const told = clips.length > 0 ? failures : [...failures, { file: key || 'music', why }];
        this.#tuned(key, joined(clips), clips.length > 0, told);
      });
    }, folder);
  }

  /** A clip that all hear at one position, in a codec that has state. */
  broadcast(clip: Clip, codec: CodecName, opus: () => OpusWasm | undefined): Broadcast {
    const known = this.#broadcasts.find((one) => one.clip === clip && one.codec === codec);
    if (known !== undefined) return known;
    const broadcast = new Broadcast(clip, codec, codec === 'opus' ? opus() : undefined);
    this.#broadcasts.push(broadcast);
    if (this.#broadcasts.length > MOST_BROADCASTS) this.#broadcasts.shift()?.close();
    return broadcast;
  }

  /** The file has changed: who hears it next has it read again. */
  forget(name: string): void {
    const clip = this.#clips.get(name);
    if (clip !== undefined) this.#samples -= sizeOf(clip);
    this.#clips.delete(name);
  }

  #tuned(key: string, music: Clip, found: boolean, failures: readonly Failure[]): void {
    if (found) this.#music.set(key, music);
    const waiting = this.#musicians.get(key) ?? [];
    this.#musicians.delete(key);
    for (const then of waiting) then(music, failures);
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
    this.#first(namesIn(name), (wav, why) => this.#read(name, wav, why));
  }

  /** The first of these files that exists. */
  #first([name, ...others]: readonly string[], then: (wav: Uint8Array | undefined, why?: string) => void): void {
    if (name === undefined) return then(undefined);
    this.#ports.files.load(name, (wav, why) =>
      wav === undefined && others.length > 0 ? this.#first(others, then) : then(wav, why),
    );
  }

  #read(name: string, bytes: Uint8Array | undefined, why = 'no such file'): void {
    if (bytes === undefined) return this.#loaded(name, { why: `${why}: ${name}` });
    const defer = (then: () => void): void => void this.#ports.after('scene', 0, then);
    const read = (recording: Recording | MalformedWav): void => {
      if ('malformed' in recording) return this.#loaded(name, { why: `${name}: ${recording.malformed}` });
      convert(recording, defer, (clip) => this.#loaded(name, flawed(name, recording, clip)));
    };
    if (isOgg(bytes)) readOggOpus(bytes, this.#opus(), defer, read);
    else read(parseWav(bytes));
  }

  #loaded(name: string, read: Read): void {
    const waiting = this.#loading.get(name) ?? [];
    this.#loading.delete(name);
    if ('samples' in read) this.#keep(name, read);
    for (const then of waiting) then(read);
  }

  #keep(name: string, clip: Clip): void {
    this.#clips.set(name, clip);
    this.#samples += sizeOf(clip);
    for (const [oldest, forgotten] of this.#clips) {
      if (this.#samples <= BUDGET) return;
      this.#clips.delete(oldest);
      this.#samples -= sizeOf(forgotten);
    }
  }
}

function flawed(name: string, { samples, rate, whole }: Recording, clip: Clip): Clip {
  if (whole === undefined) return clip;
  const there = Math.round((samples.length * 1000) / rate);
  return { ...clip, flaw: `${name}: cut short, ${there} of ${Math.round(whole)} ms` };
}

function sizeOf({ samples, wide }: Clip): number {
  return samples.length + (wide?.length ?? 0);
}

/** `fr-CA:menu/main` names what stands in the folder of that language, else of `fr`, else in none. */
function namesIn(name: string): readonly string[] {
  const colon = name.indexOf(':');
  if (colon < 0) return [name];
  const [tag, rest] = [name.slice(0, colon), name.slice(colon + 1)];
  const folders = tag.split('-').map((_, at, parts) => parts.slice(0, parts.length - at).join('-'));
  return [...folders.map((folder) => `${folder}/${rest}`), rest];
}
