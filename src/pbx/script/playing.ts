import type { Hears } from '../../media/protocol.ts';
import { type Duration, milliseconds } from '../duration.ts';
import type { Said } from '../say/index.ts';

/** How a play is heard. */
export interface PlayOptions {
  /** dB louder, or below zero quieter; from −60 to 20. */
  readonly volume?: number;
  /** Skips so much of its beginning. */
  readonly from?: Duration;
}

/** A file's name, what `say` makes, or how all of it is heard. */
export type Playable = string | Said | PlayOptions;

/** What was asked to be played, as a leg hears it. Throws a RangeError for what the dialplan's author cannot mean. */
export function heardOf(what: readonly Playable[], token: string): Hears {
  const { volume = 0, from = '0ms' } = Object.assign({}, ...what.filter(isOptions)) as PlayOptions;
  if (!(volume >= -60 && volume <= 20)) throw new RangeError(`a volume of ${volume} dB is not within -60 and 20`);
  const [gain, begin] = [volume, milliseconds(from)];
  return {
    kind: 'file',
    files: filesOf(what),
    token,
    ...(gain === 0 ? {} : { gain }),
    ...(begin === 0 ? {} : { from: begin }),
  };
}

/** The same files in a language, where it has them. They lie in folders by language; what is in none is English. */
export function inLanguage(hears: Hears, language: string): Hears {
  if (hears.kind !== 'file' || language === 'en') return hears;
  return { ...hears, files: hears.files.map((file) => `${language}:${file}`) };
}

/** The files of it, in order. */
export function filesOf(what: readonly Playable[]): readonly string[] {
  return what.flatMap((one) => {
    if (typeof one === 'string') return one;
    return 'files' in one ? one.files : [];
  });
}

/** One, or several. */
export function several(what: Playable | readonly Playable[]): readonly Playable[] {
  return typeof what === 'object' && Symbol.iterator in what ? what : [what];
}

function isOptions(one: Playable): one is PlayOptions {
  return typeof one === 'object' && !('files' in one);
}
