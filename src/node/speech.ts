import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Speech, Spoken } from '../pbx/index.ts';

/** Where spoken texts lie within the data folder, and among the sounds. */
const FOLDER = 'said';
/** As our prompts are spoken. */
const VOICE = ['-v', 'en-gb', '-s', '165', '-p', '45'];
/** Longer than any text that is taken; milliseconds. */
const PATIENCE = 20_000;

export interface SpeechOptions {
  /** Spoken texts are kept here, each by its hash. */
  readonly data: string;
  /** The program that speaks. */
  readonly program?: string;
}

/** Debian's espeak-ng, as a process for each text that was not spoken before. */
export function createSpeech({ data, program = 'espeak-ng' }: SpeechOptions): Speech {
  const speaking = new Map<string, Promise<Spoken>>();
  return {
    speak: (text, then) => {
      const name = createHash('sha256')
        .update(JSON.stringify([VOICE, text]))
        .digest('hex')
        .slice(0, 32);
      const spoken = speaking.get(name) ?? speakInto(program, join(data, FOLDER), name, text);
      speaking.set(name, spoken);
      void spoken.then((one) => {
        speaking.delete(name);
        then(one);
      });
    },
  };
}

async function speakInto(program: string, folder: string, name: string, text: string): Promise<Spoken> {
  const file = `${FOLDER}/${name}`;
  const path = join(folder, `${name}.wav`);
  const known = await access(path).then(
    () => true,
    () => false,
  );
  if (known) return { file };
  const part = `${path}.part`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await run(program, part, text);
    await rename(part, path);
    return { file };
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    return { why: whyNot(program, error) };
  }
}

/** The text goes in by standard input: it is never an option, nor seen in a list of processes. */
function run(program: string, path: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...VOICE, '--stdin', '-w', path], { timeout: PATIENCE }, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(text);
  });
}

function whyNot(program: string, error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return `${program} is not installed, or the data folder is gone`;
  return error instanceof Error ? error.message : String(error);
}
