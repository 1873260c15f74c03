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
    load: (name, then) => void load(folders, name).then(then),
    music: (then, folder = MUSIC) => void music(folders, folder).then(then),
  };
}

/** Whether a name stays within the folders. */
function isInside(name: string): boolean {
  const path = normalize(name);
  return !path.startsWith('..') && !path.startsWith(sep) && !path.includes('\0');
}

async function load(folders: readonly string[], name: string): Promise<Uint8Array | undefined> {
  const path = normalize(name);
  if (!isInside(path)) return undefined;
  const names = [
    ...KINDS.map((kind) => path + kind),
    ...(ASTERISK[name] === undefined ? [] : [`${ASTERISK[name]}.wav`]),
  ];
  for (const file of folders.flatMap((folder) => names.map((one) => join(folder, one)))) {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

async function music(folders: readonly string[], name: string): Promise<readonly string[]> {
  if (!isInside(name)) return [];
  for (const folder of folders) {
    const files = await readdir(join(folder, name)).catch(() => []);
    const sounds = [...files].sort().flatMap((file) => {
      const kind = KINDS.find((one) => file.endsWith(one));
      return kind === undefined ? [] : [`${name}/${file.slice(0, -kind.length)}`];
    });
    if (sounds.length > 0) return [...new Set(sounds)];
  }
  return [];
}
