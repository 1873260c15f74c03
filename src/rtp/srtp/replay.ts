import { extendSequence } from '../sequence.ts';

/** Packets that may come late; RFC 3711 §3.3.2 asks for 64 at least. */
const WINDOW = 128;

/** Which packet indices of one source were met (RFC 3711 §3.3.1, §3.3.2). */
export class Replay {
  #newest = -1;
  readonly #met = new Float64Array(WINDOW).fill(-1);

  /** The index that a sequence number stands for: the nearest to the newest; negative: before the first of all. */
  indexOf(sequence: number): number {
    return this.#newest < 0 ? sequence : extendSequence(this.#newest, sequence);
  }

  /** Whether an index is new: neither met nor older than the window. */
  isNew(index: number): boolean {
    return index >= 0 && index > this.#newest - WINDOW && this.#met[index % WINDOW] !== index;
  }

  /** Only of a packet that was found authentic. */
  note(index: number): void {
    this.#met[index % WINDOW] = index;
    if (index > this.#newest) this.#newest = index;
  }
}
