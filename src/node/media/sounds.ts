import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import type { SoundFiles } from '../../media/ports.ts';

/** Where music on hold lies within a sounds folder. */
const MUSIC = 'music';

/** What Debian's asterisk-core-sounds call what we name otherwise. */
const ASTERISK: Readonly<Record<string, string>> = {
  'demo/weasels': 'tt-weasels',
  goodbye: 'vm-goodbye',
  'no-such-number': 'invalid',
  'not-available': 'vm-nobodyavail',
};

/**
 * Sounds out of folders: `demo/weasels` is the first folder's demo/weasels.wav (or Debian's tt-weasels.wav) that exists; music is every .wav in the
 * first folder that has music/, by name.
 */
export function createSoundFiles(folders: readonly string[]): SoundFiles {
  return {
    load: (name, then) => void load(folders, name).then(then),
    music: (then) => void music(folders).then(then),
  };
}

async function load(folders: readonly string[], name: string): Promise<Uint8Array | undefined> {
  const path = normalize(`${name}.wav`);
  if (path.startsWith('..') || path.startsWith(sep) || path.includes('\0')) return undefined;
  const names = [path, ...(ASTERISK[name] === undefined ? [] : [`${ASTERISK[name]}.wav`])];
  for (const file of folders.flatMap((folder) => names.map((one) => join(folder, one)))) {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

async function music(folders: readonly string[]): Promise<readonly string[]> {
  for (const folder of folders) {
    const files = await readdir(join(folder, MUSIC)).catch(() => []);
    const waves = files.filter((file) => file.endsWith('.wav')).sort();
    if (waves.length > 0) return waves.map((file) => `${MUSIC}/${file.slice(0, -'.wav'.length)}`);
  }
  return [];
}
