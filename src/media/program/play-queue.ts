/** What a program has said and nobody has heard yet, with its marks, in order. */
export class PlayQueue {
  readonly #most: number;
  /** Octets of whole samples, little-endian; `#from` octets of the first one are taken. */
  readonly #chunks: Uint8Array[] = [];
  #from = 0;
  /** Samples put in and taken out, ever. */
  #put = 0;
  #taken = 0;
  /** With the samples before each. */
  readonly #marks: { readonly name: string; readonly at: number }[] = [];

  /** At most so many samples wait. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Samples that wait. */
  get waiting(): number {
    return this.#put - this.#taken;
  }

  /** Marks that wait. */
  get marks(): number {
    return this.#marks.length;
  }

  /** Takes whole samples over; false: that would be more than may wait, and nothing is taken. */
  put(octets: Uint8Array): boolean {
    const samples = octets.length / 2;
    if (this.waiting + samples > this.#most) return false;
    if (samples > 0) this.#chunks.push(octets);
    this.#put += samples;
    return true;
  }

  mark(name: string): void {
    this.#marks.push({ name, at: this.#put });
  }

  /** Fills `into` from its start with what comes next; how many samples that were. */
  take(into: Int16Array): number {
    let done = 0;
    for (let chunk = this.#chunks[0]; chunk !== undefined && done < into.length; chunk = this.#chunks[0]) {
      const count = Math.min(into.length - done, (chunk.length - this.#from) / 2);
      const view = new DataView(chunk.buffer, chunk.byteOffset + this.#from, count * 2);
      for (let at = 0; at < count; at += 1) into[done + at] = view.getInt16(at * 2, true);
      done += count;
      this.#from += count * 2;
      if (this.#from < chunk.length) break;
      this.#chunks.shift();
      this.#from = 0;
    }
    this.#taken += done;
    return done;
  }

  /** The marks before which everything has been taken, each once. */
  passed(): readonly string[] {
    const next = this.#marks.findIndex(({ at }) => at > this.#taken);
    return this.#marks.splice(0, next === -1 ? this.#marks.length : next).map(({ name }) => name);
  }

  /** Drops all that waits: how many samples, and which marks. */
  flush(): { readonly samples: number; readonly marks: readonly string[] } {
    const samples = this.waiting;
    this.#chunks.length = 0;
    this.#from = 0;
    this.#taken = this.#put;
    return { samples, marks: this.#marks.splice(0).map(({ name }) => name) };
  }
}
