import type { Kernel } from '../src/kernel/index.ts';
import type { RecordingFiles, SoundFiles } from '../src/media/ports.ts';

/** Recordings in memory, by name; a disk that is as slow as one input. */
export function recordingsIn(kernel: Kernel, files: Map<string, Uint8Array>): RecordingFiles {
  return {
    create: (name, then) => {
      const body: number[] = [];
      let head = new Uint8Array(0);
      const put = (): void => void files.set(name, Uint8Array.from([...head, ...body]));
      const file = {
        append: (bytes: Uint8Array) => {
          for (const octet of bytes) body.push(octet);
        },
        head: (bytes: Uint8Array) => {
          head = bytes.slice();
          put();
        },
        close: (closed: (why: string | undefined) => void) => void kernel.scene.after(0, () => closed(undefined)),
      };
      kernel.scene.after(0, () => then(file));
    },
  };
}

/** Sounds, and what was recorded under its name. */
export function withRecordings(sounds: SoundFiles, recordings: ReadonlyMap<string, Uint8Array>): SoundFiles {
  return {
    ...sounds,
    load: (name, then) => {
      const recorded = recordings.get(name);
      if (recorded === undefined) sounds.load(name, then);
      else then(recorded);
    },
  };
}
