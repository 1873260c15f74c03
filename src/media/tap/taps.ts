import type { Tap } from '../protocol.ts';
import type { HostContext } from '../host-context.ts';
import type { Voice } from '../voice/types.ts';
import type { Heard } from './heard.ts';
import { type Ended, Recorder } from './recorder.ts';

interface Running {
  readonly recorder: Recorder;
  readonly voice: Voice;
  readonly heard: Heard | undefined;
}

/** What can be taken down: a session, or a mixer, which hears nothing. */
export interface Tapped {
  readonly id: string;
  readonly host: HostContext;
  voice(): Voice;
}

/** The taps of one session or mixer: each is a file. */
export class Taps {
  readonly #tapped: Tapped;
  readonly #heard: () => Heard | undefined;
  readonly #running = new Map<string, Running>();
  /** Begun in this session's life: a tap that ended by itself does not begin again. */
  readonly #known = new Set<string>();

  /** `heard`: what it hears. */
  constructor(tapped: Tapped, heard: () => Heard | undefined) {
    this.#tapped = tapped;
    this.#heard = heard;
  }

  /** From now on these and no others. */
  follow(taps: readonly Tap[]): void {
    for (const [id, { recorder }] of this.#running) {
      const tap = taps.find((one) => one.id === id);
      if (tap === undefined) this.#stop(id);
      else recorder.tap = tap;
    }
    for (const tap of taps) if (!this.#known.has(tap.id)) this.#start(tap);
  }

  close(): void {
    for (const id of this.#running.keys()) this.#stop(id);
  }

  #start(tap: Tap): void {
    this.#known.add(tap.id);
    const { host } = this.#tapped;
    const { recordings, now } = host.ports;
    if (recordings === undefined)
      return this.#ended(tap, { ms: 0, endedBy: 'failed', why: 'nothing is recorded here' });
    const voice = this.#tapped.voice();
    const heard = tap.sides === 'both' ? this.#heard() : undefined;
    const recorder = new Recorder(tap, {
      says: voice,
      ...(heard && { hears: heard }),
      now: now(),
      ended: (ended) => {
        this.#release(tap.id);
        this.#ended(tap, ended);
      },
    });
    this.#running.set(tap.id, { recorder, voice, heard });
    host.pacer.start(recorder);
    recordings.create(tap.file, (file, why) => recorder.opened(file, why));
  }

  #stop(id: string): void {
    const running = this.#running.get(id);
    this.#release(id);
    running?.recorder.stop();
  }

  #release(id: string): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    if (running === undefined) return;
    this.#tapped.host.pacer.stop(running.recorder);
    running.voice.release();
    running.heard?.release();
  }

  #ended({ id, file }: Tap, ended: Ended): void {
    const { host } = this.#tapped;
    host.library.forget(file);
    host.ports.tell({ event: 'recorded', session: this.#tapped.id, tap: id, file, ...ended });
  }
}
