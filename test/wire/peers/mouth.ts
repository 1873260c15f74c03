import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';

const RATE = 8000;
const FRAME_MS = 20;
const FRAME = (RATE * FRAME_MS) / 1000;

/** A microphone made of a named pipe: whoever opens it reads a tone, 16 bit at 8 kHz, as fast as time goes. */
export class Mouth {
  readonly path: string;
  readonly #hz: number;
  readonly #clock: NodeJS.Timeout;
  #pipe: number | undefined;
  #opened = 0;
  #frames = 0;

  constructor(path: string, hz: number) {
    execFileSync('mkfifo', [path]);
    this.path = path;
    this.#hz = hz;
    this.#clock = setInterval(() => this.#speak(), FRAME_MS);
  }

  close(): void {
    clearInterval(this.#clock);
    this.#shut();
  }

  #speak(): void {
    if (this.#pipe === undefined && !this.#open()) return;
    const due = (performance.now() - this.#opened) / FRAME_MS;
    while (this.#pipe !== undefined && this.#frames < due) this.#say(this.#pipe);
  }

  /** Without a reader the pipe cannot be opened (ENXIO): what nobody hears is not said. */
  #open(): boolean {
    try {
      this.#pipe = openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch {
      return false;
    }
    this.#opened = performance.now();
    this.#frames = 0;
    return true;
  }

  #say(pipe: number): void {
    const frame = Buffer.alloc(FRAME * 2);
    for (let i = 0; i < FRAME; i++) {
      const phase = (2 * Math.PI * this.#hz * (this.#frames * FRAME + i)) / RATE;
      frame.writeInt16LE(Math.round(16_000 * Math.sin(phase)), i * 2);
    }
    this.#frames += 1;
    try {
      writeSync(pipe, frame);
    } catch (error) {
      // EAGAIN: the reader is behind, this frame is lost; EPIPE: it has gone.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#shut();
    }
  }

  #shut(): void {
    if (this.#pipe !== undefined) closeSync(this.#pipe);
    this.#pipe = undefined;
  }
}
