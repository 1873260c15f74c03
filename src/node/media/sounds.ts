import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import type { SoundFiles } from '../../media/ports.ts';

/** Where music on hold lies within a sounds folder. */
const MUSIC = 'music';

/** Kinds of files, the first one that is there. */
const KINDS = ['.wav', '.opus', '.ogg'] as const;

/** What Debian's asterisk-core-sounds call what we name otherwise. */
const ASTERISK: Readonly<Record<string, string>> = {
  'demo/weasels': 'tt-weasels',
  goodbye: 'vm-goodbye',
  'no-such-number': 'invalid',
  'not-available': 'vm-nobodyavail',
};

/**
 * Sounds out of folders: `demo/weasels` is the first folder's demo/weasels.wav (or .opus, .ogg, or Debian's tt-weasels.wav) that exists; music is
 * every such file in the first folder that has music/, by name.
 */
export function createSoundFiles(folders: readonly string[]): SoundFiles {
  return {
    load: (name, then) => void load(folders, name).then(({ found, why }) => then(found, why)),
    music: (then, folder = MUSIC) => void music(folders, folder).then(({ found = [], why }) => then(found, why)),
  };
}

/** Whether a name stays within the folders. */
function isInside(name: string): boolean {
  const path = normalize(name);
  return !path.startsWith('..') && !path.startsWith(sep) && !path.includes('\0');
}

/** What was found, or why it cannot be read though it is there. */
interface Found<T> {
  readonly found?: T;
  readonly why?: string;
}

/** Why something cannot be read; undefined: it is not there. */
function whyOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  return code === 'EACCES' || code === 'EPERM' ? 'no right to read' : `cannot be read (${code})`;
}

async function load(folders: readonly string[], name: string): Promise<Found<Uint8Array>> {
  const path = normalize(name);
  if (!isInside(path)) return {};
  let why: string | undefined;
  const names = [
    ...KINDS.map((kind) => path + kind),
    ...(ASTERISK[name] === undefined ? [] : [`${ASTERISK[name]}.wav`]),
  ];
  for (const file of folders.flatMap((folder) => names.map((one) => join(folder, one)))) {
    try {
      return { found: await readFile(file) };
    } catch (error) {
      why ??= whyOf(error);
    }
  }
  return why === undefined ? {} : { why };
}

async function music(folders: readonly string[], name: string): Promise<Found<readonly string[]>> {
  if (!isInside(name)) return {};
  let why: string | undefined;
  for (const folder of folders) {
    const files = await readdir(join(folder, name)).catch((error: unknown) => {
      why ??= whyOf(error);
      return [];
    });
    const sounds = [...files].sort().flatMap((file) => {
      const kind = KINDS.find((one) => file.endsWith(one));
      return kind === undefined ? [] : [`${name}/${file.slice(0, -kind.length)}`];
    });
    if (sounds.length > 0) return { found: [...new Set(sounds)] };
  }
  return why === undefined ? {} : { why };
}
