/** What both threads see: beats of the main thread, and what it was doing. */
export interface Shared {
  /** `BEATS`: grows while the main thread's loop turns. `LENGTH`: octets of `text`. `LOOKS`: how often the watching thread has seen it turn. */
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly text: Uint8Array<SharedArrayBuffer>;
}

export const BEATS = 0;
export const LENGTH = 1;
export const LOOKS = 2;
const CELLS = 3;
const TEXT = 256;

export function share(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT + TEXT);
}

export function sharedIn(memory: SharedArrayBuffer): Shared {
  return {
    cells: new Int32Array(memory, 0, CELLS),
    text: new Uint8Array(memory, CELLS * Int32Array.BYTES_PER_ELEMENT, TEXT),
  };
}

/** What the watching thread is started with; milliseconds. */
export interface WatchOptions {
  readonly memory: SharedArrayBuffer;
  readonly beat: number;
  readonly warnAfter: number;
  readonly endAfter: number;
}
