import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { RecordingFile, RecordingFiles } from '../../media/ports.ts';
import { why } from '../why.ts';

/** Recordings below a folder: `recordings/x` becomes its recordings/x.wav. Each is written in order, and on the disk when it is closed. */
export function createRecordingFiles(folder: string): RecordingFiles {
  return {
    create: (name, then) => {
      const path = normalize(`${name}.wav`);
      if (path.startsWith('..') || path.startsWith(sep) || path.includes('\0'))
        return then(undefined, `no name: ${name}`);
      void create(join(folder, path)).then(
        (handle) => then(new WrittenFile(handle)),
        (error: unknown) => then(undefined, why(error)),
      );
    },
  };
}

async function create(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, 'w', 0o600);
}

/** Room that the header takes: what is appended first comes behind it. */
const HEAD = 44;

class WrittenFile implements RecordingFile {
  readonly #handle: FileHandle;
  /** What was asked for so far, one after another; the first error ends it. */
  #last: Promise<unknown> = Promise.resolve();
  #failed: string | undefined;
  #end = HEAD;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  append(bytes: Uint8Array): void {
    const at = this.#end;
    this.#end += bytes.length;
    this.#then(() => this.#handle.write(bytes, 0, bytes.length, at));
  }

  head(bytes: Uint8Array): void {
    this.#then(() => this.#handle.write(bytes, 0, bytes.length, 0));
  }

  close(then: (why: string | undefined) => void): void {
    this.#then(() => this.#handle.sync());
    void this.#last
      .then(() => this.#handle.close())
      .catch(() => undefined)
      .then(() => then(this.#failed));
  }

  #then(act: () => Promise<unknown>): void {
    this.#last = this.#last
      .then(() => (this.#failed === undefined ? act() : undefined))
      .catch((error: unknown) => {
        this.#failed ??= why(error);
      });
  }
}

/** Sizes of a header that a crash left behind what is in its file are put right. How many files it mended. */
export async function mendRecordings(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let mended = 0;
  for (const name of names) if (name.endsWith('.wav') && (await mend(join(folder, name)))) mended += 1;
  return mended;
}

/** Our own recordings have one header of 44 octets; others are left alone. */
async function mend(path: string): Promise<boolean> {
  const handle = await open(path, 'r+').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const head = Buffer.alloc(HEAD);
    const { bytesRead } = await handle.read(head, 0, HEAD, 0);
    const size = (await handle.stat()).size - HEAD;
    const ours =
      bytesRead === HEAD && head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 36, 40) === 'data';
    const frame = ours ? head.readUInt16LE(32) : 0;
    if (frame === 0 || size - (size % frame) === head.readUInt32LE(40)) return false;
    head.writeUInt32LE(size - (size % frame), 40);
    head.writeUInt32LE(size - (size % frame) + HEAD - 8, 4);
    await handle.write(head, 0, HEAD, 0);
    return true;
  } finally {
    await handle.close();
  }
}
