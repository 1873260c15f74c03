import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Samples a second of what phones have heard, whatever their codec. */
export const HEARD_RATE = 8000;
const HEADER = 44;
/** Where a WAV's header says how many channels it has, and samples a second. */
const CHANNELS_AT = 22;
const RATE_AT = 24;

/** A point in what a phone has heard: everything after it is later. */
export interface Mark {
  readonly file: string;
  readonly samples: number;
}

/** What comes out of a phone's ear piece, kept. */
export interface Heard {
  /** Now. */
  mark(): Mark;
  /** All that was heard since the mark, or ever. */
  since(mark?: Mark): Float64Array;
}

/** What a phone heard, out of the files that baresip's sndfile writes: a new one at each call, and at each hold. */
export class Recording implements Heard {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Now. */
  mark(): Mark {
    const file = this.#files().at(-1) ?? '';
    return { file, samples: file === '' ? 0 : this.#read(file, 0).length };
  }

  /** All that was heard since the mark, or ever. */
  since(mark: Mark = { file: '', samples: 0 }): Float64Array {
    const parts = this.#files()
      .filter((file) => file >= mark.file)
      .map((file) => this.#read(file, file === mark.file ? mark.samples : 0));
    const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  }

  /** Names hold the time, so that they sort by it. */
  #files(): readonly string[] {
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith('-dec.wav'))
      .sort();
  }

  /** A phone records at its codec's rate and channels: those of one sample of ours are averaged. */
  #read(file: string, from: number): Float64Array {
    const descriptor = openSync(join(this.#folder, file), 'r');
    try {
      const header = Buffer.alloc(HEADER);
      if (readSync(descriptor, header, 0, HEADER, 0) < HEADER) return new Float64Array();
      const each = (header.readUInt16LE(CHANNELS_AT) * header.readUInt32LE(RATE_AT)) / HEARD_RATE;
      const start = HEADER + from * each * 2;
      const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - start));
      const length = Math.floor(readSync(descriptor, bytes, 0, bytes.length, start) / (each * 2));
      return Float64Array.from({ length }, (_, i) => mean(bytes, i * each, each) / 32768);
    } finally {
      closeSync(descriptor);
    }
  }
}

function mean(bytes: Buffer, from: number, count: number): number {
  let sum = 0;
  for (let at = from; at < from + count; at++) sum += bytes.readInt16LE(at * 2);
  return sum / count;
}

/** What a phone heard, out of one growing file of 16 bit samples. */
export class RawRecording implements Heard {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    writeFileSync(path, '');
  }

  mark(): Mark {
    return { file: this.#path, samples: Math.floor(statSync(this.#path).size / 2) };
  }

  since({ samples }: Mark = { file: this.#path, samples: 0 }): Float64Array {
    const bytes = readFileSync(this.#path);
    const length = Math.max(0, Math.floor(bytes.length / 2) - samples);
    return Float64Array.from({ length }, (_, i) => bytes.readInt16LE((samples + i) * 2) / 32768);
  }
}
