/** Samples a second of everything a test phone hears. */
export const RATE = 8000;
/** A packet this far from where its timestamp puts it begins a new timeline, in samples. */
const ASTRAY = RATE / 5;

/** A piece of what was heard; `known` is 0 where nothing arrived. */
export interface Heard {
  readonly samples: Int16Array;
  readonly known: Uint8Array;
}

interface Chunk {
  /** Position in samples since the world began. */
  readonly at: number;
  readonly samples: Int16Array;
}

/** What a phone heard, put in place by RTP timestamps: loss leaves gaps, reordering and doubling do not show. */
export class Recording {
  readonly #chunks: Chunk[] = [];
  #ssrc = -1;
  #timestamp = 0;
  #position = 0;

  /** A packet that arrived at this world time in milliseconds. */
  take(now: number, ssrc: number, timestamp: number, samples: Int16Array): void {
    const arrival = Math.round((now * RATE) / 1000);
    const at = this.#position + ((timestamp - this.#timestamp) | 0);
    const astray = ssrc !== this.#ssrc || Math.abs(at - arrival) > ASTRAY;
    if (astray || at > this.#position) {
      this.#ssrc = ssrc;
      this.#timestamp = timestamp;
      this.#position = astray ? arrival : at;
    }
    this.#chunks.push({ at: astray ? arrival : at, samples });
  }

  /** Packets taken: changes whenever there is more to hear. */
  get packets(): number {
    return this.#chunks.length;
  }

  /** What was heard between two world times in milliseconds. */
  between(from: number, to: number): Heard {
    const start = Math.round((from * RATE) / 1000);
    const length = Math.max(0, Math.round((to * RATE) / 1000) - start);
    const heard = { samples: new Int16Array(length), known: new Uint8Array(length) };
    // Chunks stand in order of arrival, which is never far from that of their places.
    for (let index = this.#chunks.length - 1; index >= 0; index -= 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined || chunk.at < start - 2 * ASTRAY) break;
      copy(chunk, start, heard);
    }
    return heard;
  }
}

function copy({ at, samples }: Chunk, start: number, into: Heard): void {
  const offset = at - start;
  const from = Math.max(0, -offset);
  const to = Math.min(samples.length, into.samples.length - offset);
  if (from >= to) return;
  into.samples.set(samples.subarray(from, to), offset + from);
  into.known.fill(1, offset + from, offset + to);
}
