import type { Recording } from '../call/index.ts';
import type { MediaEngine, MediaMixer } from '../media/engine.ts';
import type { MixerSpec } from '../media/protocol.ts';

/** The mixers of conferences, each from its first spec to none. */
export class Mixers {
  readonly #media: MediaEngine;
  readonly #all = new Map<string, MediaMixer>();

  constructor(media: MediaEngine) {
    this.#media = media;
  }

  mix(conference: string, spec: MixerSpec | undefined, recorded: (recording: Recording) => void): void {
    let mixer = this.#all.get(conference);
    if (spec === undefined) {
      this.#all.delete(conference);
      return mixer?.release();
    }
    mixer ??= this.#media.mixer(conference, ({ tap, file, ms, endedBy, why }) =>
      recorded({ tap, file: why === undefined ? file : '', ms, endedBy }),
    );
    this.#all.set(conference, mixer);
    mixer.mix(spec);
  }
}
